import type {
  ConversationFragment,
  EventFragment,
  MessageFragment,
  RefusalFragment,
  SettingsFragment,
  SettingsHistoryQuery,
  StandingFragment,
  UnreadFragment,
  UserFragment,
} from './generated/operations.js';

export type {
  Audience,
  DenialCode,
  Folder,
  NamedList,
  Operation,
  Relation,
  RelationRouteInput,
  Route,
  VideoCardInput,
} from './generated/operations.js';

export type User = UserFragment;
/** A User and how the viewer stands to them now. It goes stale with what either side does, so it is never kept. */
export type Standing = StandingFragment;
export type Permission = Standing['viewerCanMessage'];
export type Message = MessageFragment;
export type VideoCard = NonNullable<Message['video']>;
export type Conversation = ConversationFragment;
export type Settings = SettingsFragment;
export type SettingsChange = SettingsHistoryQuery['settingsHistory'][number];
/** Absolute counts. */
export type Unread = Omit<UnreadFragment, 'cursor'>;
export type InboxEvent = EventFragment;
/** The member of a result that says no. */
export type Refusal = RefusalFragment;

export interface Page<T> {
  nodes: readonly T[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
