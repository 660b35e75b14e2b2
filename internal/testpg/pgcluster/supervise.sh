# Starts a Postgres, says "ready", and ends it when standard input closes: that is, when its parent
# process is gone. Until then it takes orders, one a line, and answers each with "ready" or
# "failed". Arguments: the folder of the binaries, an empty folder, a port, fsync on or off, the
# port of the primary of a standby or "-", and more settings as name=value.
bin=$1 dir=$2 port=$3 fsync=$4 primary=$5
shift 5
more=
for setting; do more="$more -c $setting"; done
trap 'rm -rf "$dir"' EXIT
trap '' HUP INT TERM
exec 2>>"$dir/log"

# A natural collation where the server has one, so that a query which leans on byte order by
# accident is found out.
create() {
	"$bin/initdb" -D "$dir/data" -U aparte -A trust -N -E UTF8 --locale=C.UTF-8 \
		--locale-provider=icu --icu-locale=en-US >>"$dir/log" ||
		{
			rm -rf "$dir/data"
			"$bin/initdb" -D "$dir/data" -U aparte -A trust -N -E UTF8 --locale=C.UTF-8 >>"$dir/log"
		}
}

if [ "$primary" = - ]; then
	create || exit 1
else
	"$bin/pg_basebackup" -D "$dir/data" -R -N -c fast -d "host=127.0.0.1 port=$primary user=aparte" >>"$dir/log" || exit 1
fi

start() {
	"$bin/pg_ctl" start -s -w -t 60 -D "$dir/data" -l "$dir/log" -o "-h 127.0.0.1 -p $port -k '$dir' \
		-c fsync=$fsync -c full_page_writes=$fsync -c max_connections=300 -c shared_buffers=128MB \
		-c max_wal_size=1GB -c autovacuum_naptime=10s$more" >>"$dir/log"
}

# A killed server's children die a moment after it, and until then no new one starts.
restart() {
	tries=0
	until start; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return 1
		sleep 0.1
	done
}

start || exit 1
echo ready
while read -r order; do
	case $order in
	kill) kill -KILL "$(head -n 1 "$dir/data/postmaster.pid")" && restart ;;
	immediate) "$bin/pg_ctl" stop -s -w -m immediate -D "$dir/data" >>"$dir/log" && restart ;;
	halt) kill -KILL "$(head -n 1 "$dir/data/postmaster.pid")" ;;
	promote) "$bin/pg_ctl" promote -s -w -D "$dir/data" >>"$dir/log" ;;
	fast) "$bin/pg_ctl" stop -s -w -m fast -D "$dir/data" >>"$dir/log" && restart ;;
	esac && echo ready || echo failed
done
"$bin/pg_ctl" stop -s -m immediate -D "$dir/data" >>"$dir/log"
