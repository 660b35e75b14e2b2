// The shapes that documents.ts asks for. test/documents.test.mjs checks the documents against the schema.

export type Folder = 'INBOX' | 'REQUESTS' | 'HIDDEN' | 'ARCHIVE';
export type Audience =
  | 'EVERYONE'
  | 'FOLLOWERS'
  | 'SUGGESTED_FRIENDS'
  | 'FRIENDS'
  | 'PEOPLE_I_MESSAGED'
  | 'NO_ONE'
  | 'CUSTOM';
export type Relation = 'KNOWN' | 'FRIEND' | 'FOLLOWED' | 'SUGGESTED' | 'FOLLOWER' | 'STRANGER';
export type Route = 'INBOX' | 'REQUESTS' | 'HIDDEN' | 'REFUSE';
export type Denial =
  | 'NOT_ACCEPTING'
  | 'REQUEST_LIMIT'
  | 'OUTREACH_LIMIT'
  | 'AGE_RESTRICTED'
  | 'VIEWER_BLOCKS_THEM'
  | 'SELF';

export interface User {
  id: string;
  handle: string;
  displayName: string;
  viewerHasBlocked: boolean;
}

export interface Permission {
  allowed: boolean;
  folder: Folder | null;
  remaining: number | null;
  denial: Denial | null;
  canReply: boolean;
}

/** A User and how the viewer stands to them. */
export interface Standing extends User {
  viewerFollows: boolean;
  followsViewer: boolean;
  viewerCanMessage: Permission;
}

export interface VideoCard {
  url: string;
  title: string | null;
  authorHandle: string | null;
}

export interface Message {
  id: string;
  conversationId: string;
  seq: number;
  sender: { id: string };
  body: string;
  video: VideoCard | null;
  clientMessageId: string;
  createdAt: string;
}

export interface Conversation {
  id: string;
  with: User;
  folder: Folder;
  lastMessage: Message | null;
  lastActivityAt: string;
  unreadCount: number;
  readSeq: number;
  theirReadSeq: number | null;
  muted: boolean;
}

export interface Settings {
  whoCanMessageMe: Audience;
  routes: { relation: Relation; route: Route }[];
  readReceipts: boolean;
  /** Null: never. */
  changedAt: string | null;
}

/** What someone had chosen at one time; null: the default of their age band held. */
export interface Choice {
  whoCanMessageMe: Audience | null;
  routes: { relation: Relation; route: Route }[] | null;
  readReceipts: boolean;
}

export interface SettingsChange {
  at: string;
  before: Choice;
  after: Choice;
}

export interface Unread {
  conversations: number;
  requests: number;
  messages: number;
}

export interface Page<T> {
  nodes: T[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** An expected refusal: any member of a result union that implements UserError. */
export interface Refusal {
  code: string;
  reason: string;
  denial?: Denial;
  retryAfterSeconds?: number;
}

export function isRefusal(result: object): result is Refusal {
  return 'code' in result;
}

export type InboxEvent = { cursor: string; unread: Unread } & (
  | { __typename: 'MessageAdded'; message: Message; conversation: Conversation }
  | { __typename: 'ConversationChanged'; conversation: Conversation }
  | { __typename: 'ConversationRemoved'; conversationId: string }
  | { __typename: 'SettingsChanged'; settings: Settings }
  | { __typename: 'InboxReset' }
);
