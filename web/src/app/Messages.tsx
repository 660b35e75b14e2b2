import { Fragment, useEffect, useLayoutEffect, useRef } from 'react';
import type { Conversation, Message, User } from '../api/types';
import type { Outgoing } from '../inbox/state';
import { useInboxState, useSession } from './hooks';
import { closeInTime, dayName, sameDay, timeOfDay } from './time';
import { VideoCardView } from './VideoCardView';

/** One entry on screen: a message that stands, or one on its way. */
interface Entry {
  key: string;
  mine: boolean;
  at: string;
  body: string;
  video: Message['video'];
  seq: number | null;
  outgoing: Outgoing | null;
}

export function Messages({ conversation, user }: { conversation: Conversation | undefined; user: User }) {
  const state = useInboxState();
  const { inbox, attempt } = useSession();
  const thread = conversation && state.threads.get(conversation.id);
  const id = conversation?.id;
  const loaded = thread?.loaded ?? false;

  useEffect(() => {
    if (id && !loaded) attempt(inbox.moreMessages(id));
  }, [inbox, attempt, id, loaded]);

  const entries: Entry[] = [];
  if (loaded) {
    for (const m of thread!.messages) {
      const mine = m.sender.id !== user.id;
      // The key outlives the change from "on its way" to "sent", so nothing jumps.
      const key = mine ? m.clientMessageId : m.id;
      entries.push({ key, mine, at: m.createdAt, body: m.body, video: m.video, seq: m.seq, outgoing: null });
    }
  }
  for (const o of state.outgoing) {
    if (o.to !== user.id) continue;
    entries.push({ key: o.clientMessageId, mine: true, at: o.at, body: o.body, video: o.video, seq: null, outgoing: o });
  }

  const newest = thread?.messages.at(-1)?.seq ?? 0;
  useReading(conversation, loaded ? newest : 0);
  const box = useStickyBottom(entries.at(-1)?.key);
  const readSeq = conversation?.theirReadSeq ?? 0;
  const lastRead = entries.findLast((e) => e.mine && e.seq !== null && e.seq <= readSeq)?.key;
  return (
    <div className="messages" ref={box} tabIndex={0} role="log" aria-label="Messages">
      {loaded && thread?.next && (
        <button className="more" onClick={() => attempt(inbox.moreMessages(id!))}>
          Earlier messages
        </button>
      )}
      {entries.map((entry, i) => {
        const before = entries[i - 1];
        const newDay = !before || !sameDay(before.at, entry.at);
        const together = !newDay && before.mine === entry.mine && closeInTime(before.at, entry.at);
        return (
          <Fragment key={entry.key}>
            {newDay && <h3 className="day">{dayName(entry.at)}</h3>}
            <Bubble entry={entry} together={together} />
            {entry.key === lastRead && <p className="receipt">Read</p>}
          </Fragment>
        );
      })}
    </div>
  );
}

function Bubble({ entry, together }: { entry: Entry; together: boolean }) {
  const { inbox } = useSession();
  const { outgoing } = entry;
  const classes = ['message', entry.mine ? 'mine' : 'theirs'];
  if (together) classes.push('together');
  if (outgoing) classes.push(outgoing.refused ? 'refused' : 'sending');
  return (
    <article className={classes.join(' ')} data-seq={entry.seq ?? undefined}>
      <span className="hidden-text">{entry.mine ? 'You' : 'They'}:</span>
      {entry.video && <VideoCardView video={entry.video} />}
      {entry.body && <p className="body">{entry.body}</p>}
      {outgoing?.refused ? (
        <p className="why" role="alert">
          Not sent. {outgoing.refused.reason}
          <button onClick={() => inbox.retry(outgoing)}>Try again</button>
          <button onClick={() => inbox.discard(outgoing)}>Discard</button>
        </p>
      ) : (
        <footer>{outgoing ? 'Sending…' : <time dateTime={entry.at}>{timeOfDay(entry.at)}</time>}</footer>
      )}
    </article>
  );
}

/** What is in front of someone's eyes is read. */
function useReading(conversation: Conversation | undefined, newest: number) {
  const { inbox } = useSession();
  const id = conversation?.id;
  const unread = (conversation?.unreadCount ?? 0) > 0;
  useEffect(() => {
    if (!id || !unread || newest === 0) return;
    const read = () => {
      // Not worth a word when it fails: the next message or the next look tries again.
      if (document.visibilityState === 'visible') inbox.markRead(id, newest).catch(() => undefined);
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [inbox, id, unread, newest]);
}

/** Keeps the newest entry in view, unless someone has scrolled away from it to read. */
function useStickyBottom(newest: string | undefined) {
  const box = useRef<HTMLDivElement>(null);
  const sticky = useRef(true);
  useEffect(() => {
    const element = box.current!;
    const onScroll = () => {
      sticky.current = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
    };
    const keep = new ResizeObserver(() => {
      if (sticky.current) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener('scroll', onScroll, { passive: true });
    keep.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      keep.disconnect();
    };
  }, []);
  useLayoutEffect(() => {
    if (sticky.current) box.current!.scrollTop = box.current!.scrollHeight;
  }, [newest]);
  return box;
}
