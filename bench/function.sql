-- One send: lock both heads in order, read the facts, decide, allot seq and positions, write. It
-- answers the seq, 0 for a key that was used, or -1 when the send is refused. The audiences are
-- those of package dm, by number.
CREATE FUNCTION bench_send(sender uuid, recipient uuid, conv uuid, client_key text, text_body text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    low uuid := least(sender, recipient);
    high uuid := greatest(sender, recipient);
    now_us bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    from_head heads%ROWTYPE;
    to_head heads%ROWTYPE;
    h heads%ROWTYPE;
    c conversations%ROWTYPE;
    from_low boolean := sender < recipient;
    is_new boolean;
    follows_to boolean;
    followed_by boolean;
    suggested boolean;
    known boolean;
    pending int;
    route smallint;
    folder smallint;
    from_unread bigint;
    to_unread bigint;
    to_folder smallint;
    from_folder smallint;
BEGIN
    FOR h IN SELECT * FROM heads WHERE user_id IN (low, high) ORDER BY user_id FOR NO KEY UPDATE LOOP
        IF h.user_id = sender THEN from_head := h; ELSE to_head := h; END IF;
    END LOOP;
    IF from_head.user_id IS NULL OR to_head.user_id IS NULL THEN RETURN -1; END IF;
    PERFORM 1 FROM messages WHERE conversation_id = conv AND sender_id = sender AND client_message_id = client_key;
    IF FOUND THEN RETURN 0; END IF;
    SELECT * INTO c FROM conversations WHERE id = conv;
    is_new := NOT FOUND;
    IF EXISTS (SELECT 1 FROM overrides WHERE user_id = low AND other_id = high AND blocked)
        OR EXISTS (SELECT 1 FROM overrides WHERE user_id = high AND other_id = low AND blocked) THEN RETURN -1; END IF;
    follows_to := EXISTS (SELECT 1 FROM follows WHERE follower_id = sender AND followee_id = recipient);
    followed_by := EXISTS (SELECT 1 FROM follows WHERE follower_id = recipient AND followee_id = sender);
    suggested := EXISTS (SELECT 1 FROM suggestions WHERE user_id = recipient AND suggested_id = sender);
    IF is_new THEN
        c.id := conv; c.low_id := low; c.high_id := high; c.last_seq := 0; c.created_at := now_us;
        c.low_folder := 0; c.low_read_seq := 0; c.low_cleared_seq := 0; c.low_known := false; c.low_pending := 0;
        c.low_declined_until := 0; c.low_muted := false;
        c.high_folder := 0; c.high_read_seq := 0; c.high_cleared_seq := 0; c.high_known := false; c.high_pending := 0;
        c.high_declined_until := 0; c.high_muted := false;
    END IF;
    known := CASE WHEN from_low THEN c.high_known ELSE c.low_known END;
    pending := CASE WHEN from_low THEN c.high_pending ELSE c.low_pending END;
    IF now_us < (CASE WHEN from_low THEN c.high_declined_until ELSE c.low_declined_until END) THEN RETURN -1; END IF;
    IF to_head.audience = 2 AND NOT known AND NOT followed_by AND NOT follows_to AND NOT suggested THEN
        suggested := 3 <= (SELECT count(*) FROM (SELECT 1 FROM follows a JOIN follows b ON b.follower_id = high
            AND b.followee_id = a.followee_id AND b.mutual WHERE a.follower_id = low AND a.mutual LIMIT 3) s);
    END IF;
    route := CASE
        WHEN to_head.gone OR to_head.age_band = 2 OR from_head.age_band = 2 OR to_head.audience = 6 THEN 0
        WHEN known THEN 3
        WHEN to_head.audience = 5 THEN 0
        WHEN follows_to AND followed_by THEN 3
        WHEN to_head.audience = 4 THEN 0
        WHEN followed_by THEN 3
        WHEN suggested THEN 2
        WHEN to_head.audience = 3 THEN 0
        WHEN follows_to THEN 2
        WHEN to_head.audience = 2 THEN 0
        ELSE 2 END;
    IF route = 0 OR (route = 2 AND pending >= 3) THEN RETURN -1; END IF;
    folder := CASE route WHEN 3 THEN 1 ELSE 2 END;

    from_folder := CASE WHEN from_low THEN c.low_folder ELSE c.high_folder END;
    to_folder := CASE WHEN from_low THEN c.high_folder ELSE c.low_folder END;
    from_unread := CASE WHEN from_folder = 0 THEN 0 ELSE greatest(0, c.last_seq -
        CASE WHEN from_low THEN greatest(c.low_read_seq, c.low_cleared_seq) ELSE greatest(c.high_read_seq, c.high_cleared_seq) END) END;
    to_unread := CASE WHEN to_folder = 0 THEN 0 ELSE greatest(0, c.last_seq -
        CASE WHEN from_low THEN greatest(c.high_read_seq, c.high_cleared_seq) ELSE greatest(c.low_read_seq, c.low_cleared_seq) END) END;
    from_head.unread_conversations := from_head.unread_conversations - (from_folder = 1 AND from_unread > 0)::int;
    from_head.unread_messages := from_head.unread_messages - CASE WHEN from_folder = 1 THEN from_unread ELSE 0 END;
    from_head.unread_requests := from_head.unread_requests - (from_folder = 2 AND from_unread > 0)::int;
    to_head.unread_conversations := to_head.unread_conversations - (to_folder = 1 AND to_unread > 0)::int;
    to_head.unread_messages := to_head.unread_messages - CASE WHEN to_folder = 1 THEN to_unread ELSE 0 END;
    to_head.unread_requests := to_head.unread_requests - (to_folder = 2 AND to_unread > 0)::int;

    c.last_seq := c.last_seq + 1;
    c.last_at := now_us;
    IF from_low THEN
        c.low_folder := 1; c.low_known := true; c.low_read_seq := c.last_seq; c.low_pending := 0; c.low_declined_until := 0;
        c.high_folder := folder; c.high_declined_until := 0;
        c.high_pending := CASE route WHEN 3 THEN 0 ELSE c.high_pending + 1 END;
        to_unread := c.last_seq - greatest(c.high_read_seq, c.high_cleared_seq);
    ELSE
        c.high_folder := 1; c.high_known := true; c.high_read_seq := c.last_seq; c.high_pending := 0; c.high_declined_until := 0;
        c.low_folder := folder; c.low_declined_until := 0;
        c.low_pending := CASE route WHEN 3 THEN 0 ELSE c.low_pending + 1 END;
        to_unread := c.last_seq - greatest(c.low_read_seq, c.low_cleared_seq);
    END IF;
    to_head.unread_conversations := to_head.unread_conversations + (folder = 1)::int;
    to_head.unread_messages := to_head.unread_messages + CASE WHEN folder = 1 THEN to_unread ELSE 0 END;
    to_head.unread_requests := to_head.unread_requests + (folder = 2)::int;
    from_head.position := from_head.position + 1;
    to_head.position := to_head.position + 1;

    IF is_new THEN
        INSERT INTO conversations (id, low_id, high_id, created_at, last_seq, last_at, low_folder, low_read_seq,
            low_cleared_seq, low_known, low_pending, low_declined_until, low_muted, high_folder, high_read_seq, high_cleared_seq,
            high_known, high_pending, high_declined_until, high_muted)
        VALUES (c.id, c.low_id, c.high_id, c.created_at, c.last_seq, c.last_at, c.low_folder, c.low_read_seq,
            c.low_cleared_seq, c.low_known, c.low_pending, c.low_declined_until, c.low_muted, c.high_folder, c.high_read_seq,
            c.high_cleared_seq, c.high_known, c.high_pending, c.high_declined_until, c.high_muted);
    ELSE
        UPDATE conversations SET last_seq = c.last_seq, last_at = c.last_at, low_folder = c.low_folder,
            low_read_seq = c.low_read_seq, low_known = c.low_known, low_pending = c.low_pending,
            low_declined_until = c.low_declined_until, high_folder = c.high_folder, high_read_seq = c.high_read_seq,
            high_known = c.high_known, high_pending = c.high_pending, high_declined_until = c.high_declined_until
        WHERE id = conv;
    END IF;
    INSERT INTO messages (conversation_id, seq, sender_id, client_message_id, body, created_at)
        VALUES (conv, c.last_seq, sender, client_key, text_body, now_us);
    INSERT INTO events (user_id, position, kind, at, with_id, seq, last_at, folder, read_seq, their_read_seq, unread, muted,
        unread_conversations, unread_requests, unread_messages) VALUES
        (sender, from_head.position, 1, now_us, recipient, c.last_seq, now_us, 1, c.last_seq,
            CASE WHEN folder <> 1 THEN -1 WHEN from_low THEN c.high_read_seq ELSE c.low_read_seq END, 0, false,
            from_head.unread_conversations, from_head.unread_requests, from_head.unread_messages),
        (recipient, to_head.position, 1, now_us, sender, c.last_seq, now_us, folder,
            CASE WHEN from_low THEN c.high_read_seq ELSE c.low_read_seq END,
            CASE WHEN folder = 1 THEN c.last_seq ELSE -1 END, to_unread, false,
            to_head.unread_conversations, to_head.unread_requests, to_head.unread_messages);
    UPDATE heads SET position = from_head.position, unread_conversations = from_head.unread_conversations,
        unread_requests = from_head.unread_requests, unread_messages = from_head.unread_messages, version = version + 1 WHERE user_id = sender;
    UPDATE heads SET position = to_head.position, unread_conversations = to_head.unread_conversations,
        unread_requests = to_head.unread_requests, unread_messages = to_head.unread_messages, version = version + 1 WHERE user_id = recipient;
    RETURN c.last_seq;
END $$;
