import type { Conversation, Folder, Message, Refusal, Settings, Unread, User, VideoCard } from './types.js';

/**
 * How the inbox stands to the server. `offline`: this device has no network. `signedOut`: the token
 * is not accepted, nor was the next one. `closed`: by close().
 */
export type Status = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'signedOut' | 'closed';

/**
 * A message on its way. Its clientMessageId stays the same through every retry, so it is written
 * once.
 */
export interface Outgoing {
  clientMessageId: string;
  /** The id of the user or conversation that the message goes to. */
  to: string;
  body: string;
  video: VideoCard | null;
  /** The contact code that the message redeems. */
  contactCode?: string;
  /** When it was given to the outbox: RFC 3339. */
  at: string;
  /** Its place among all that go out, also from other tabs. */
  order: string;
  /** Why it was not accepted; null while it is being sent, however long that takes. */
  failure: Refusal | null;
  /** It was accepted; its event, and others before it, are on their way. */
  accepted?: boolean;
}

/** The place of a conversation in its folder: newest activity first, ties by id. */
export interface Place {
  lastActivityAt: string;
  id: string;
}

/** The beginning of one folder, in order and without gaps. */
export interface Listing {
  loaded: boolean;
  conversations: readonly Conversation[];
  /** Where the next page starts; null when all is here. */
  next: string | null;
  /** The last place of what was loaded; null when all is here. */
  end: Place | null;
}

/** A window on the messages of one conversation: rising seq, without gaps. */
export interface Thread {
  /** False while the first page is on its way. */
  loaded: boolean;
  messages: readonly Message[];
  /** There are older messages than those of the window. */
  before: boolean;
  /** There are newer ones. While there are, messages that arrive do not join the window. */
  after: boolean;
  /** The greatest seq that is known to exist. */
  newest: number;
  /**
   * The inbox was loaded anew since: the messages may be shown until they are read again, which
   * replaces them.
   */
  stale: boolean;
  /**
   * The tick at which it was opened, or became stale: what was asked for before belongs to a window
   * that is gone.
   */
  since: number;
}

/**
 * Everything that is known of one person's inbox. Parts that did not change stay the same objects.
 */
export interface State {
  status: Status;
  /** Null until the inbox is loaded. */
  me: User | null;
  settings: Settings | null;
  unread: Unread;
  folders: Readonly<Record<Folder, Listing>>;
  conversations: ReadonlyMap<string, Conversation>;
  /**
   * The other people of the conversations, by id. The same objects stand in `Conversation.with`.
   */
  users: ReadonlyMap<string, User>;
  /** The id of the conversation with a user, by the user's id. */
  byUser: ReadonlyMap<string, string>;
  threads: ReadonlyMap<string, Thread>;
  /** Messages that are being sent or were refused, in order. */
  outgoing: readonly Outgoing[];
  /** Drafts, by user or conversation id. */
  drafts: ReadonlyMap<string, string>;
  /**
   * When a typing signal of a user arrived, in milliseconds since 1970. It counts for `typingMs`.
   */
  typing: ReadonlyMap<string, number>;
  /** Grows when the viewer's notices or reports stand otherwise than when they were last read. */
  noticesChanged: number;
  /** The newest event that is in this state. */
  cursor: string | null;

  /**
   * Counts what was applied. Compare the tick of a question with that of an answer: see `reduce`.
   */
  tick: number;
  /** The tick of the last loading. An earlier question says nothing of the data loaded then. */
  loadedAt: number;
  /** How many questions are on their way. */
  open: number;
  /** The tick at which something last changed, while questions are on their way. */
  touched: ReadonlyMap<string, number>;
  /** Messages that lost their text while requests are running, whose answers may still have it. */
  removed: ReadonlyMap<string, Message>;
  /**
   * The clientMessageIds of what arrived of the viewer's own, newest last: it is not on its way any
   * more.
   */
  delivered: readonly string[];
}

/** How long a typing signal counts, in milliseconds. */
export const typingMs = 6_000;

/** All folders. */
export const folders: readonly Folder[] = ['INBOX', 'REQUESTS', 'HIDDEN', 'ARCHIVE'];

const notLoaded: Listing = { loaded: false, conversations: [], next: null, end: null };

/** The state before anything is loaded. */
export const emptyState: State = {
  status: 'connecting',
  me: null,
  settings: null,
  unread: { conversations: 0, requests: 0, messages: 0 },
  folders: { INBOX: notLoaded, REQUESTS: notLoaded, HIDDEN: notLoaded, ARCHIVE: notLoaded },
  conversations: new Map(),
  users: new Map(),
  byUser: new Map(),
  threads: new Map(),
  outgoing: [],
  drafts: new Map(),
  typing: new Map(),
  noticesChanged: 0,
  cursor: null,
  tick: 0,
  loadedAt: 0,
  open: 0,
  touched: new Map(),
  removed: new Map(),
  delivered: [],
};

/** Returns the loaded conversations of a folder, newest activity first. */
export function conversationsIn(state: State, folder: Folder): readonly Conversation[] {
  return state.folders[folder].conversations;
}

/** Returns the conversation with a user, if the state has it. */
export function conversationWith(state: State, userId: string): Conversation | undefined {
  const id = state.byUser.get(userId);
  return id === undefined ? undefined : state.conversations.get(id);
}

/** Returns the outgoing messages to a user, addressed to them or to the conversation with them. */
export function outgoingTo(state: State, userId: string): Outgoing[] {
  const id = state.byUser.get(userId);
  return state.outgoing.filter((o) => o.to === userId || o.to === id);
}

/** Negative when a comes first in a folder. */
export function comparePlaces(a: Place, b: Place): number {
  return -compareTimes(a.lastActivityAt, b.lastActivityAt) || (a.id === b.id ? 0 : a.id < b.id ? 1 : -1);
}

/**
 * Times are UTC to the microsecond, with or without trailing zeros: Date would drop half of that.
 */
export function compareTimes(a: string, b: string): number {
  const [secondA, fractionA] = parts(a);
  const [secondB, fractionB] = parts(b);
  if (secondA !== secondB) return secondA < secondB ? -1 : 1;
  return fractionA === fractionB ? 0 : fractionA < fractionB ? -1 : 1;
}

function parts(time: string): [string, string] {
  return [time.slice(0, 19), time.slice(20).replace('Z', '').padEnd(9, '0')];
}
