import type { Conversation, Folder, InboxEvent, Message, Page, Refusal, Settings, Unread, User, VideoCard } from '../api/types';

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'signed out';

/** A message on its way. Its clientMessageId stays the same through every retry, so it is written once. */
export interface Outgoing {
  clientMessageId: string;
  to: string;
  body: string;
  video: VideoCard | null;
  at: string;
  /** Why it was refused; null while it is still being tried. */
  refused: Refusal | null;
}

interface Listing {
  loaded: boolean;
  /** Where the next page starts; null when there is none. */
  next: string | null;
}

/** The messages of one conversation, oldest first. What arrives live before the first page waits in it. */
export interface Thread extends Listing {
  messages: readonly Message[];
}

export interface State {
  connection: Connection;
  me: User | null;
  settings: Settings | null;
  unread: Unread;
  /** The newest event that is in this state. */
  cursor: string | null;
  conversations: ReadonlyMap<string, Conversation>;
  folders: Readonly<Record<Folder, Listing>>;
  threads: ReadonlyMap<string, Thread>;
  outgoing: readonly Outgoing[];
}

const notRead: Listing = { loaded: false, next: null };

export const emptyState: State = {
  connection: 'connecting',
  me: null,
  settings: null,
  unread: { conversations: 0, requests: 0, messages: 0 },
  cursor: null,
  conversations: new Map(),
  folders: { INBOX: notRead, REQUESTS: notRead, HIDDEN: notRead, ARCHIVE: notRead },
  threads: new Map(),
  outgoing: [],
};

export interface Start {
  me: User;
  messagingSettings: Settings;
  unread: Unread & { cursor: string };
}

/** Begins anew from a snapshot. What is on its way stays: it is the sender's, not the server's. */
export function withStart(state: State, start: Start): State {
  const { cursor, ...counts } = start.unread;
  return {
    ...emptyState,
    connection: state.connection,
    outgoing: state.outgoing,
    me: start.me,
    settings: start.messagingSettings,
    unread: counts,
    cursor,
  };
}

export function withFolder(state: State, folder: Folder, page: Page<Conversation>): State {
  const next = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  return {
    ...page.nodes.reduce(withConversation, state),
    folders: { ...state.folders, [folder]: { loaded: true, next } },
  };
}

/** Answers and events may overtake each other, so the newest message known is never given up for an older one. */
export function withConversation(state: State, incoming: Conversation): State {
  const known = state.conversations.get(incoming.id);
  const newer = known && (known.lastMessage?.seq ?? 0) > (incoming.lastMessage?.seq ?? 0);
  const merged = newer
    ? { ...incoming, lastMessage: known.lastMessage, lastActivityAt: known.lastActivityAt }
    : incoming;
  return { ...state, conversations: new Map(state.conversations).set(incoming.id, merged) };
}

export function withUser(state: State, user: User): State {
  const conversation = conversationWith(state, user.id);
  return conversation ? withConversation(state, { ...conversation, with: user }) : state;
}

export function withoutConversations(state: State, ids: readonly string[]): State {
  const conversations = new Map(state.conversations);
  const threads = new Map(state.threads);
  for (const id of ids) {
    conversations.delete(id);
    threads.delete(id);
  }
  return { ...state, conversations, threads };
}

export function withMessages(state: State, id: string, page: Page<Message>): State {
  const next = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  return putThread(state, id, { loaded: true, next }, page.nodes);
}

/** Adds one message, sent or received, and ends its way out if it was ours. Adding it twice changes nothing. */
export function withMessage(state: State, message: Message): State {
  const thread = state.threads.get(message.conversationId) ?? notRead;
  const mine = message.sender.id === state.me?.id;
  return {
    ...putThread(state, message.conversationId, thread, [message]),
    outgoing: mine
      ? state.outgoing.filter((o) => o.clientMessageId !== message.clientMessageId)
      : state.outgoing,
  };
}

function putThread(state: State, id: string, listing: Listing, added: readonly Message[]): State {
  const bySeq = new Map(state.threads.get(id)?.messages.map((m) => [m.seq, m]));
  for (const message of added) bySeq.set(message.seq, message);
  const messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const { loaded, next } = listing;
  return { ...state, threads: new Map(state.threads).set(id, { loaded, next, messages }) };
}

/** Applies one entry of the log. InboxReset is no entry: whoever reads the log starts anew at it. */
export function withEvent(state: State, event: InboxEvent): State {
  const now = { ...state, cursor: event.cursor, unread: event.unread };
  switch (event.__typename) {
    case 'MessageAdded':
      return withMessage(withConversation(now, event.conversation), event.message);
    case 'ConversationChanged':
      return withConversation(now, event.conversation);
    case 'ConversationRemoved':
      return withoutConversations(now, [event.conversationId]);
    case 'SettingsChanged':
      return { ...now, settings: event.settings };
    case 'InboxReset':
      return now;
    default:
      // A newer server tells more than this client knows; the counts and the place hold all the same.
      return now;
  }
}

export function conversationsIn(state: State, folder: Folder): Conversation[] {
  return [...state.conversations.values()]
    .filter((c) => c.folder === folder)
    .sort((a, b) => Date.parse(b.lastActivityAt) - Date.parse(a.lastActivityAt) || (a.id < b.id ? 1 : -1));
}

export function conversationWith(state: State, userId: string): Conversation | undefined {
  for (const c of state.conversations.values()) if (c.with.id === userId) return c;
  return undefined;
}
