import type { Place, Outgoing, State, Status } from './state.js';
import type { MessagePage } from './thread.js';
import type { Conversation, Folder, InboxEvent, Message, Page, Settings, Unread, User } from './types.js';

/** The whole inbox as it was read: the position first, then the rest. */
export interface Snapshot {
  me: User;
  settings: Settings;
  unread: Unread;
  cursor: string;
  folders: Record<Folder, Page<Conversation>>;
}

/** The parts of a state that tabs share, so that another tab need not load them. */
export type Shared = Pick<
  State,
  'me' | 'settings' | 'unread' | 'folders' | 'conversations' | 'users' | 'byUser' | 'cursor'
>;

/** The parts of the state that a response of the server contains. */
export interface Answer {
  conversations?: readonly Conversation[];
  removed?: readonly string[];
  user?: User;
  settings?: Settings;
  unread?: Unread;
  /** A message of the viewer's that was accepted. */
  sent?: Message;
  /** A message that was taken back: the parts that remain without its words. */
  unsent?: Message;
  folder?: { folder: Folder; after: string | null; next: string | null; end: Place | null };
  messages?: { id: string; page: MessagePage } & (
    | { where: 'newest' | 'around' | 'before' }
    | { where: 'after'; from: number; newest: number }
  );
}

/**
 * Everything that changes a State. Between `asked` and its `answered` events may arrive; `tick` is
 * State.tick at the time of asking, and what changed after it is newer than the answer. `answered`
 * without an answer ends a question that failed.
 */
export type Action =
  | { type: 'loaded'; snapshot: Snapshot }
  | { type: 'shared'; shared: Shared }
  | { type: 'event'; event: InboxEvent }
  | { type: 'asked' }
  | { type: 'answered'; tick: number; answer: Answer | null }
  | { type: 'opened'; id: string }
  | { type: 'outbox'; outgoing: readonly Outgoing[] }
  | { type: 'draft'; to: string; text: string }
  | { type: 'drafts'; drafts: ReadonlyMap<string, string> }
  /** `said` is the server's time, `at` when it was heard here. */
  | { type: 'typing'; userId: string; said: string; at: number }
  | { type: 'status'; status: Status };
