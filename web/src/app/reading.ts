import { useCallback, useEffect, useEffectEvent, useRef, useState, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Conversation } from '@aparte/client';
import { useActions, useAsk, useThread } from './hooks';

/** Nearer than this to the end, in pixels, someone is at it. */
const near = 80;
/** Nearer than this to the top, the next older page is asked for. */
const ahead = 1500;

/** Marks the conversation that the user sees as read. */
export function useReading(conversation: Conversation | undefined, newest: number) {
  const actions = useActions();
  const id = conversation?.id;
  const unread = (conversation?.unreadCount ?? 0) > 0;
  useEffect(() => {
    if (!id || !unread || newest === 0) return;
    const read = () => {
      // A failure is not reported: the next message or the next look tries again.
      if (document.visibilityState === 'visible') actions.markRead(id, newest).catch(() => undefined);
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [actions, id, unread, newest]);
}

export interface Pages {
  scrolled(): void;
  /** Goes to where reading had stopped: the messages around that place. */
  around(seq: number): Promise<void>;
  /** Goes to the newest messages, from wherever the window is. */
  newest(): Promise<void>;
}

/**
 * Brings the first messages, and others before someone has scrolled to where those that are here
 * begin or end.
 */
export function usePages(id: string | undefined, box: RefObject<HTMLElement | null>): Pages {
  const actions = useActions();
  const told = useAsk();
  const { loaded, before, after, messages } = useThread(id);
  const asking = useRef(false);

  const ask = useCallback(
    async (read: (id: string) => Promise<void>) => {
      if (!id || asking.current) return;
      asking.current = true;
      await told(read(id));
      asking.current = false;
    },
    [told, id],
  );
  const scrolled = () => {
    if (!loaded) return;
    const { scrollHeight, scrollTop, clientHeight } = box.current!;
    if (before && scrollTop < ahead) void ask((of) => actions.messages.before(of));
    else if (after && scrollHeight - scrollTop - clientHeight < ahead) void ask((of) => actions.messages.after(of));
  };
  useEffect(() => {
    if (!loaded) void ask((of) => actions.messages.open(of));
  }, [actions, ask, loaded]);
  // A page that does not fill the screen is never scrolled.
  const fill = useEffectEvent(() => {
    if (loaded && box.current!.scrollHeight <= box.current!.clientHeight) scrolled();
  });
  useEffect(() => fill(), [loaded, messages.length]);
  return {
    scrolled,
    around: (seq) => ask((of) => actions.messages.around(of, seq)),
    newest: () => ask((of) => (after ? actions.messages.newest(of) : Promise.resolve())),
  };
}

/** Keeps the newest item in view, unless someone has scrolled away from it to read. */
export function useStickToBottom(
  box: RefObject<HTMLElement | null>,
  here: boolean,
  /** Newer messages follow those that are here: the end of the page is not the bottom. */
  after: boolean,
) {
  const at = useRef(true);
  const moving = useUsersScroll(box);
  const [away, setAway] = useState(false);
  const [placed, setPlaced] = useState(false);
  const toBottom = useCallback(() => {
    // A frame may still come for what was just left.
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [box]);
  // Shown once it stands where it belongs: the rows have been measured by then.
  useEffect(() => {
    if (!here || placed) return;
    const frame = requestAnimationFrame(() => {
      toBottom();
      setPlaced(true);
    });
    return () => cancelAnimationFrame(frame);
  }, [here, placed, toBottom]);
  // Told by the size and not by what was added, it costs no layout of its own.
  useEffect(() => {
    const element = box.current!;
    const keep = new ResizeObserver(() => at.current && toBottom());
    keep.observe(element);
    for (const child of element.children) keep.observe(child);
    return () => keep.disconnect();
  }, [box, placed, toBottom]);

  return {
    placed,
    away,
    scrolled() {
      const { scrollHeight, scrollTop, clientHeight } = box.current!;
      const left = scrollHeight - scrollTop - clientHeight;
      if (left < near && !after) at.current = true;
      else if (moving.current) at.current = false;
      setAway(!at.current && left > clientHeight);
    },
    /** Someone goes elsewhere by a button. */
    leave() {
      at.current = false;
    },
    async jump(newest: () => Promise<void>) {
      await newest();
      at.current = true;
      moving.current = false;
      toBottom();
      box.current!.focus({ preventScroll: true });
    },
  };
}

/**
 * True from the first sign that someone moves the page themselves until it rests at its bottom.
 * Content that grows, shrinks or is loaded anew moves it too, and must not count as leaving.
 */
function useUsersScroll(box: RefObject<HTMLElement | null>): RefObject<boolean> {
  const moving = useRef(false);
  useEffect(() => {
    const element = box.current!;
    const moves = () => {
      moving.current = true;
    };
    const rests = () => {
      if (element.scrollHeight - element.scrollTop - element.clientHeight < near) moving.current = false;
    };
    for (const sign of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
      element.addEventListener(sign, moves, { passive: true });
    }
    element.addEventListener('scrollend', rests);
    return () => {
      for (const sign of ['wheel', 'touchmove', 'keydown', 'pointerdown']) element.removeEventListener(sign, moves);
      element.removeEventListener('scrollend', rests);
    };
  }, [box]);
  return moving;
}

/** Where reading had stopped when the conversation was opened, and the way there. */
export function useFirstUnread(
  conversation: Conversation | undefined,
  rows: RefObject<VirtualizerHandle | null>,
  /** The seq of the first message that is drawn. */
  first: number | undefined,
  /** How many rows stand above it. */
  above: number,
  pages: Pages,
  leave: () => void,
) {
  const found = useRef<{ seq: number; count: number } | null>(null);
  const seen = useRef(false);
  if (conversation && !seen.current) {
    seen.current = true;
    if (conversation.unreadCount > 0) found.current = { seq: conversation.readSeq + 1, count: conversation.unreadCount };
  }
  const seq = found.current?.seq;
  const [unseen, setUnseen] = useState(false);
  const [seeking, setSeeking] = useState(false);

  const look = () => {
    if (seq === undefined || first === undefined || !rows.current) return;
    const index = seq - first + above;
    setUnseen(seq < first || rows.current.getItemOffset(index) + near < rows.current.scrollOffset);
  };
  const seek = useEffectEvent(() => {
    if (!seeking || seq === undefined || first === undefined) return;
    leave();
    if (first > seq) return void pages.around(seq);
    rows.current?.scrollToIndex(seq - first + above, { align: 'start', offset: -16 });
    setSeeking(false);
  });
  useEffect(() => seek(), [seeking, first]);
  return {
    seq,
    count: found.current?.count ?? 0,
    above: unseen,
    scrolled: look,
    jump() {
      setUnseen(false);
      setSeeking(true);
    },
  };
}
