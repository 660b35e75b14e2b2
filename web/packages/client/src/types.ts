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

/** A user of the host app. */
export type User = UserFragment;
/**
 * A user and how the viewer is related to them at the time of the request. Changes of either side
 * make it outdated, so the state does not keep it.
 */
export type Person = PersonFragment;
/** Whether the viewer may message a user, and how the message arrives. */
export type Permission = Person['viewerCanMessage'];
/** One message of a conversation. */
export type Message = MessageFragment;
/** A message as a list shows it. It has no id; a request may withhold its text and video. */
export type MessagePreview = MessagePreviewFragment;
/** A shared video. */
export type VideoCard = NonNullable<Message['video']>;
/**
 * `contactCodeRedemption` is there once a page or a person was asked for; an event does not have
 * it.
 */
export type Conversation = ConversationFragment & Partial<RedeemedFragment>;
/** How the sender of a request and the viewer know each other. */
export type SenderContext = NonNullable<Conversation['senderContext']>;
/** The viewer's messaging settings. */
export type Settings = SettingsFragment;
/** One change in the history of the viewer's settings. */
export type SettingsChange = SettingsHistoryQuery['settingsHistory']['nodes'][number];
/** How many new people the viewer may message. */
export type Outreach = OutreachFragment;
/** An export of the viewer's data. */
export type ExportJob = ExportJobFragment;
/** A report that the viewer made. */
export type Report = ReportFragment;
/** A decision of the moderators about the viewer. */
export type Notice = NoticeFragment;
/** The restrictions that moderators have put on the viewer and that apply now. */
export type Restrictions = MyNoticesQuery['myRestrictions'];
/** The outcome that a message to the viewer would have, and the rule that decides it. */
export type Explanation = ExplanationFragment;
/** How many people an audience admits. */
export type AudienceReach = WhoCouldMessageMeQuery['whoCouldMessageMe'][number];
/** A contact code of the viewer. Each redeemer may send one message to their inbox. */
export type ContactCode = ContactCodeFragment;
/** One person's redemption of a contact code of the viewer. */
export type ContactCodeRedemption = ContactCodeRedemptionsQuery['contactCodeRedemptions']['nodes'][number];
/** The owner of a contact code and what the viewer may send with it. */
export type Contact = NonNullable<ContactQuery['contact']>;
/** The progress of a bulk answer. While `more` is true, make the same call again. */
export type BulkProgress = Omit<BulkFragment, 'unread'>;
/** Absolute numbers of unread conversations, requests and messages. */
export type Unread = Omit<UnreadFragment, 'id' | 'cursor'>;
/** One event of the viewer's inbox log. */
export type InboxEvent = EventFragment;
/** The settings that a user had chosen at one time. Null: the default of their age band applied. */
export type Choice = SettingsChange['before'];

/** The member of a result that refuses the request. The server wrote nothing. */
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

/** One page of a list. `endCursor` is the `after` of the next page. */
export interface Page<T> {
  nodes: readonly T[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
