import type {
  RedeemedFragment,
  ContactCodeFragment,
  ContactCodeRedemptionsQuery,
  ContactQuery,
  ConversationFragment,
  DenialCode,
  EventFragment,
  ExplanationFragment,
  ExportJobFragment,
  MessageFragment,
  MessagePreviewFragment,
  MyNoticesQuery,
  NoticeFragment,
  OutreachFragment,
  ReportFragment,
  SettingsFragment,
  SettingsHistoryQuery,
  PersonFragment,
  UnreadFragment,
  UserFragment,
  BulkFragment,
  WhoCouldMessageMeQuery,
} from './generated/operations.js';

export type {
  AgeBand,
  Audience,
  CreateContactCodeInput,
  DenialCode,
  HeldRequestAction,
  MessageKind,
  ModerationAction,
  PolicyRule,
  RelationKindsInput,
  ReportCategory,
  ReportInput,
  RequestFilter,
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
export type Person = PersonFragment;
export type Permission = Person['viewerCanMessage'];
export type Message = MessageFragment;
/** A message as a list shows it. It has no id; a request may withhold its text and video. */
export type MessagePreview = MessagePreviewFragment;
export type VideoCard = NonNullable<Message['video']>;
/** `contactCodeRedemption` is there once a page or a person was asked for; an event does not have it. */
export type Conversation = ConversationFragment & Partial<RedeemedFragment>;
/** How the sender of a request and the viewer know each other. */
export type SenderContext = NonNullable<Conversation['senderContext']>;
export type Settings = SettingsFragment;
export type SettingsChange = SettingsHistoryQuery['settingsHistory'][number];
/** How many new people the viewer may write to. */
export type Outreach = OutreachFragment;
/** An export of all that the service keeps of the viewer. */
export type ExportJob = ExportJobFragment;
/** A report that the viewer made. */
export type Report = ReportFragment;
/** What moderators decided about the viewer. */
export type Notice = NoticeFragment;
/** What stands against the viewer's writing now. */
export type Restrictions = MyNoticesQuery['myRestrictions'];
/** What would become of a person's message to the viewer, and what decides. */
export type Explanation = ExplanationFragment;
/** How many people an audience would admit. */
export type AudienceReach = WhoCouldMessageMeQuery['whoCouldMessageMe'][number];
/** What the viewer gives out so that each of its bearers may write one message to their inbox. */
export type ContactCode = ContactCodeFragment;
/** One person's use of a contact code of the viewer's. */
export type ContactCodeRedemption = ContactCodeRedemptionsQuery['contactCodeRedemptions']['nodes'][number];
/** What a contact code offers to the viewer who bears it. */
export type Contact = NonNullable<ContactQuery['contact']>;
/** The number of requests that a bulk call moved. `more`: the same call continues. */
export type BulkProgress = Omit<BulkFragment, 'unread'>;
/** Absolute counts. */
export type Unread = Omit<UnreadFragment, 'cursor'>;
export type InboxEvent = EventFragment;
/** What a person had chosen at one time; null: the default of their age band held. */
export type Choice = SettingsChange['before'];

/** The member of a result that says no: nothing was written. */
export interface Refusal {
  code: string;
  /** A sentence for people, in English. */
  detail: string;
  denial?: DenialCode;
  /** With OUTREACH_LIMIT: what is left, and when there is more. */
  outreach?: Outreach | null;
  retryAfterSeconds?: number;
  field?: string | null;
}

export interface Page<T> {
  nodes: readonly T[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
