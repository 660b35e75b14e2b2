import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Conversation, Folder, Refusal, Settings, Unread, User } from '../api/types';
import type { Inbox } from '../inbox/inbox';
import * as states from '../inbox/state';
import type { Connection, Outgoing, State, Thread } from '../inbox/state';

// The one place where the screens meet the data. A screen knows these hooks and the actions, never how they are kept.

/** What a person can do and ask. Every promise may reject with Refused, or with what the network had to say. */
export type Actions = Pick<
  Inbox,
  | 'accept'
  | 'archive'
  | 'blocked'
  | 'changeEdge'
  | 'decline'
  | 'discard'
  | 'history'
  | 'markRead'
  | 'moreConversations'
  | 'moreMessages'
  | 'mute'
  | 'person'
  | 'retry'
  | 'search'
  | 'send'
  | 'setReadReceipts'
  | 'setWhoCanMessageMe'
>;

/** Something said once, at the foot of the page: a failure (its refusal; null: it did not get through), or what was done. */
export type Notice = { refusal: Refusal | null } | { done: string; undo?: () => void };

export interface Session {
  inbox: Inbox;
  /** Runs something that may be refused, and says so on screen when it is. The answer: did it work? */
  attempt(work: Promise<unknown>): Promise<boolean>;
  tell(notice: Notice | null): void;
}

export const SessionContext = createContext<Session | null>(null);

function useSession(): Session {
  return useContext(SessionContext)!;
}

/** `select` gives the same value for the same state, so a screen is drawn again only for what it shows. */
function useSelected<T>(select: (state: State) => T): T {
  const { inbox } = useSession();
  return useSyncExternalStore(inbox.subscribe, () => select(inbox.state()));
}

export const useAttempt = (): Session['attempt'] => useSession().attempt;
export const useTell = (): Session['tell'] => useSession().tell;
export const useActions = (): Actions => useSession().inbox;

export const useConnection = (): Connection => useSelected((s) => s.connection);
export const useMe = (): User | null => useSelected((s) => s.me);
export const useSettings = (): Settings | null => useSelected((s) => s.settings);
export const useUnread = (): Unread => useSelected((s) => s.unread);

/** The conversations of one folder that are here, newest activity first. */
export function useFolder(folder: Folder): { conversations: readonly Conversation[]; loaded: boolean; more: boolean } {
  const conversations = useSelected((s) => sortedFolder(s, folder));
  const { loaded, next } = useSelected((s) => s.folders[folder]);
  return { conversations, loaded, more: next !== null };
}

/** The conversation with a person; undefined before the first message, or while it is not here. */
export function useConversationWith(userId: string | null): Conversation | undefined {
  return useSelected((s) => (userId ? states.conversationWith(s, userId) : undefined));
}

const emptyThread: Thread = { loaded: false, next: null, messages: [] };

/** The messages of a conversation that are here, oldest first. */
export function useThread(conversationId: string | undefined): Thread {
  return useSelected((s) => (conversationId ? s.threads.get(conversationId) : undefined) ?? emptyThread);
}

/** What is on its way to someone, or was refused. */
export function useOutgoing(userId: string): readonly Outgoing[] {
  return useSelected((s) => outgoingTo(s, userId));
}

const nothing: readonly Outgoing[] = [];
const sorted = new WeakMap<State['conversations'], Map<Folder, readonly Conversation[]>>();
const outgoing = new WeakMap<State['outgoing'], Map<string, readonly Outgoing[]>>();

function sortedFolder(state: State, folder: Folder): readonly Conversation[] {
  return kept(sorted, state.conversations, folder, () => states.conversationsIn(state, folder));
}

function outgoingTo(state: State, userId: string): readonly Outgoing[] {
  if (state.outgoing.length === 0) return nothing;
  return kept(outgoing, state.outgoing, userId, () => state.outgoing.filter((o) => o.to === userId));
}

function kept<O extends object, K, V>(memory: WeakMap<O, Map<K, V>>, of: O, key: K, make: () => V): V {
  const known = memory.get(of) ?? new Map<K, V>();
  memory.set(of, known);
  if (!known.has(key)) known.set(key, make());
  return known.get(key)!;
}
