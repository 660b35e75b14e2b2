import type { Thread } from './state.js';
import type { Message } from './types.js';

/**
 * As many messages of one conversation as are kept. Beyond it the far end of the window goes; it
 * can be read again.
 */
export const windowSize = 500;

export const opening: Thread = { loaded: false, messages: [], before: true, after: false, newest: 0, stale: false, since: 0 };

/** One page of messages and what it was asked for. */
export interface MessagePage {
  /** Newest first, as the server lists them. */
  nodes: readonly Message[];
  /** Older messages follow. */
  more: boolean;
  /** The page was asked for messages below this seq; null: for the newest. */
  beforeSeq: number | null;
  /** How many were asked for. */
  asked: number;
}

// Both are 0 without messages. Imported history has seqs of 0 and below, so 0 does not mean "none".
const firstSeq = (messages: readonly Message[]) => messages[0]?.seq ?? 0;
const lastSeq = (messages: readonly Message[]) => messages.at(-1)?.seq ?? 0;

/**
 * Adds a message that arrived, if it is the next one. Otherwise there is something newer to read.
 */
export function arrived(thread: Thread, message: Message): Thread {
  const last = lastSeq(thread.messages);
  const empty = thread.messages.length === 0;
  if (message.seq <= (empty ? thread.newest : last)) return thread;
  const newest = Math.max(thread.newest, message.seq);
  const joins = thread.stale ? false : empty ? !thread.loaded || message.seq === 1 : message.seq === last + 1;
  if (!joins) return { ...thread, newest, after: true };
  return keepNewest({ ...thread, messages: [...thread.messages, message], newest, after: newest > message.seq });
}

/** Notes that a message exists which was not delivered: there is something newer to read. */
export function announced(thread: Thread, seq: number): Thread {
  if (seq <= Math.max(lastSeq(thread.messages), thread.newest)) return thread;
  return { ...thread, newest: seq, after: true };
}

/**
 * The newest messages, or those around a place: where they do not meet the window, they replace it.
 */
export function replaced(thread: Thread, page: MessagePage): Thread {
  const read = page.nodes.toReversed();
  const first = firstSeq(read);
  const last = lastSeq(read);
  // A page that ends before the place it was asked for has shown the newest, unless it has shown
  // nothing at all.
  const mayFollow = page.beforeSeq !== null && (read.length === 0 || last === page.beforeSeq - 1);
  const newest = Math.max(thread.newest, last, lastSeq(thread.messages));
  const known = thread.stale ? [] : thread.messages;
  const meets = known.length > 0 && firstSeq(known) <= last + 1 && lastSeq(known) >= first - 1;
  if (read.length > 0 && !meets) {
    const after = newest > last || mayFollow;
    return { ...thread, loaded: true, stale: false, messages: read, before: page.more, after, newest };
  }
  const messages = union(known, read);
  const end = lastSeq(messages);
  return keepNewest({
    ...thread,
    loaded: true,
    stale: false,
    messages,
    before: reachesBack(thread, messages, page, first),
    after: newest > end || (mayFollow && end === last && !reachedNewest(thread)),
    newest,
  });
}

function reachedNewest(thread: Thread): boolean {
  return thread.loaded && !thread.after;
}

/** Whether there are older messages than those of the window and of the page together. */
function reachesBack(thread: Thread, messages: readonly Message[], page: MessagePage, first: number): boolean {
  if (page.nodes.length === 0 ? page.beforeSeq === null && !thread.loaded : firstSeq(messages) === first) return page.more;
  // Messages that arrived before the first page may be all there are. The next page tells: imported
  // history has seqs below 1, so that seq 1 need not be the beginning.
  return thread.loaded ? thread.before : messages.length > 0;
}

/** The page right before the window. One that was asked for another window is dropped. */
export function extendedBefore(thread: Thread, page: MessagePage): Thread {
  if (!thread.loaded || thread.stale || firstSeq(thread.messages) !== page.beforeSeq) return thread;
  const messages = [...page.nodes.toReversed(), ...thread.messages];
  const longer = { ...thread, messages, before: page.more };
  if (messages.length <= windowSize) return longer;
  return { ...longer, messages: messages.slice(0, windowSize), after: true };
}

/**
 * The page right after the window, which ended at `from`, when `newest` was the greatest seq known.
 */
export function extendedAfter(thread: Thread, page: MessagePage, from: number, newestThen: number): Thread {
  if (!thread.loaded || thread.stale || lastSeq(thread.messages) !== from) return thread;
  const added = page.nodes.filter((m) => m.seq > from).toReversed();
  const messages = [...thread.messages, ...added];
  const last = lastSeq(messages);
  // A page that also reaches back to the window has shown all there was when it was read.
  const complete = page.nodes.length > added.length || page.nodes.length < page.asked;
  // A message that is known to be newer and was not there to read is not the viewer's to see: it
  // must not be asked for again.
  const nothing = complete && added.length === 0 && thread.newest === newestThen;
  const newest = nothing ? last : Math.max(thread.newest, last);
  return keepNewest({ ...thread, messages, newest, after: newest > last || !complete });
}

/** A message without its words in the place of the one that had them. */
export function replacedOne(thread: Thread, message: Message): Thread {
  const at = thread.messages.findIndex((m) => m.id === message.id);
  if (at < 0 || thread.messages[at]!.removed) return thread;
  return { ...thread, messages: thread.messages.with(at, message) };
}

/**
 * The inbox was loaded anew: messages may have been missed, and those that are shown may be cleared
 * away.
 */
export function outdated(thread: Thread, tick: number): Thread {
  if (!thread.loaded) return { ...opening, since: tick };
  return { ...thread, after: true, stale: true, since: tick };
}

function keepNewest(thread: Thread): Thread {
  const surplus = thread.messages.length - windowSize;
  if (surplus <= 0) return thread;
  return { ...thread, messages: thread.messages.slice(surplus), before: true };
}

function union(a: readonly Message[], b: readonly Message[]): Message[] {
  const bySeq = new Map(b.map((m) => [m.seq, m]));
  for (const message of a) if (!bySeq.get(message.seq)?.removed) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((x, y) => x.seq - y.seq);
}
