import type { Shared } from './actions.js';
import type { Status } from './state.js';
import type { InboxEvent } from './types.js';

/**
 * The messages between tabs. As with the server's wakes, nothing depends on a message's arrival: an
 * event names the cursor before it, so a tab that has missed one sees that and asks for the whole;
 * the outbox and the drafts are kept in the storage, and a message only says that they changed.
 */
export type TabMessage =
  | { kind: 'hello' }
  | { kind: 'shared'; shared: Shared; status: Status; anew: boolean }
  | { kind: 'event'; previous: string | null; event: InboxEvent }
  | { kind: 'status'; status: Status }
  | { kind: 'typing'; userId: string; said: string }
  | { kind: 'outbox' }
  | { kind: 'draft'; to: string; text: string }
  | { kind: 'reconnect' };

/**
 * The tabs of one account in one browser. Exactly one owns the socket and the outbox: the one that
 * holds the lock, which the browser takes from a tab that closes or crashes and gives to the next.
 * A tab that holds it is not put to sleep.
 */
export interface Tabs {
  say(message: TabMessage): void;
  /** Calls `owner` when this tab becomes the owner, and gives ownership up when that has ended. */
  own(owner: () => Promise<void>): Promise<void>;
  close(): void;
}

/** One tab, alone: another process, or a browser that has no locks. */
export const alone: Tabs = {
  say: () => undefined,
  own: (owner) => owner(),
  close: () => undefined,
};

export function joinTabs(name: string, heard: (message: TabMessage) => void, signal: AbortSignal): Tabs {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks || typeof BroadcastChannel === 'undefined') return alone;
  const channel = new BroadcastChannel(name);
  let closed = false;
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => heard(data);
  return {
    say(message) {
      if (!closed) channel.postMessage(message);
    },
    async own(owner) {
      let owned = false;
      try {
        await locks.request(name, { signal }, () => {
          owned = true;
          return owner();
        });
      } catch (error) {
        // Closed while another tab owned it.
        if (signal.aborted) return;
        // Some documents may not lock, as in a sandboxed frame: then each is on its own.
        if (owned) throw error;
        await owner();
      }
    },
    close() {
      closed = true;
      channel.close();
    },
  };
}
