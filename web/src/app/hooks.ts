import {
  conversationWith,
  outgoingTo,
  typingMs,
  type Client,
  type Conversation,
  type Folder,
  type Outgoing,
  type Refusal,
  type Settings,
  type State,
  type Status,
  type Thread,
  type Unread,
  type User,
} from '@aparte/client';
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';

// The one place where the screens meet the data. A person's actions and queries are the methods of
// the package's Client.

/**
 * Something said once, at the bottom of the page: a failure (its refusal; null: it did not get
 * through), or what was done.
 */
export type Notice = { refusal: Refusal | null } | { done: string; undo?: () => void };

export interface Session {
  client: Client;
  /**
   * Runs something that may be refused, and says so on screen when it is. The answer: did it work?
   */
  attempt(work: Promise<unknown>): Promise<boolean>;
  /**
   * The same for what a screen asks by itself: what was last said, and the way back beside it,
   * stays.
   */
  ask(work: Promise<unknown>): Promise<boolean>;
  notify(notice: Notice | null): void;
}

export const SessionContext = createContext<Session | null>(null);

function useSession(): Session {
  return useContext(SessionContext)!;
}

/**
 * `select` gives the same value for the same state, so a screen is drawn again only for what it
 * shows.
 */
export function useSelected<T>(select: (state: State) => T): T {
  const { client } = useSession();
  return useSyncExternalStore(client.subscribe, () => select(client.state()));
}

export const useAttempt = (): Session['attempt'] => useSession().attempt;
export const useAsk = (): Session['ask'] => useSession().ask;
export const useNotify = (): Session['notify'] => useSession().notify;
export const useActions = (): Client => useSession().client;

export const useConnection = (): Status => useSelected((s) => s.status);
export const useMe = (): User | null => useSelected((s) => s.me);
export const useSettings = (): Settings | null => useSelected((s) => s.settings);
export const useUnread = (): Unread => useSelected((s) => s.unread);

/** The conversations of one folder that are here, newest activity first. */
export function useFolder(folder: Folder): { conversations: readonly Conversation[]; loaded: boolean; more: boolean } {
  const { conversations, loaded, next } = useSelected((s) => s.folders[folder]);
  return { conversations, loaded, more: next !== null };
}

/** The conversation with a person; undefined before the first message, or while it is not here. */
export function useConversationWith(userId: string | null): Conversation | undefined {
  return useSelected((s) => (userId ? conversationWith(s, userId) : undefined));
}

/** Is this person writing to the viewer now? */
export function useTyping(userId: string): boolean {
  const at = useSelected((s) => s.typing.get(userId) ?? 0);
  // The time of the one whose hold is over.
  const [over, setOver] = useState(0);
  useEffect(() => {
    const left = at + typingMs - Date.now();
    if (left <= 0) return;
    const timer = setTimeout(() => setOver(at), left);
    return () => clearTimeout(timer);
  }, [at]);
  return over !== at && at + typingMs > Date.now();
}

const emptyThread: Pick<Thread, 'loaded' | 'messages' | 'before' | 'after'> = {
  loaded: false,
  messages: [],
  before: true,
  after: false,
};

/** The window on the messages of a conversation, oldest first. */
export function useThread(conversationId: string | undefined): typeof emptyThread {
  return useSelected((s) => (conversationId ? s.threads.get(conversationId) : undefined) ?? emptyThread);
}

const nothing: readonly Outgoing[] = [];
const outgoing = new WeakMap<State['outgoing'], Map<string, readonly Outgoing[]>>();

/** The messages that are on their way to someone, or were refused. */
export function useOutgoing(userId: string): readonly Outgoing[] {
  return useSelected((state) => {
    if (state.outgoing.length === 0) return nothing;
    const known = outgoing.get(state.outgoing) ?? new Map<string, readonly Outgoing[]>();
    outgoing.set(state.outgoing, known);
    if (!known.has(userId)) known.set(userId, outgoingTo(state, userId));
    return known.get(userId)!;
  });
}
