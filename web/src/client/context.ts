import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Inbox } from '../inbox/inbox';
import type { State } from '../inbox/state';

interface Session {
  inbox: Inbox;
  /** Runs something that may be refused, and says so on screen when it is. */
  attempt(work: Promise<unknown>): void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  return useContext(SessionContext)!;
}

export function useInboxState(): State {
  const { inbox } = useSession();
  return useSyncExternalStore(inbox.subscribe, inbox.state);
}
