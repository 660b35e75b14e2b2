import { achieved } from './errors.js';
import * as operations from './generated/operations.js';
import type { Operation } from './generated/operations.js';
import type { Http } from './http.js';
import type { Questions } from './questions.js';
import { conversationWith } from './state.js';
import type { Store } from './store.js';
import type {
  Audience,
  AudienceReach,
  BulkProgress,
  Contact,
  ContactCode,
  ContactCodeRedemption,
  Conversation,
  CreateContactCodeInput,
  Explanation,
  ExportJob,
  Folder,
  HeldRequestAction,
  Message,
  NamedList,
  Notice,
  Outreach,
  Page,
  Relation,
  RelationKindsInput,
  RelationRouteInput,
  Report,
  ReportInput,
  RequestFilter,
  Restrictions,
  Settings,
  SettingsChange,
  Person,
} from './types.js';

export interface Paging {
  /** From 1 to 100. */
  first?: number;
  /** The `endCursor` of the page before. */
  after?: string | null;
  signal?: AbortSignal;
}

/** What can be asked of the server. Answers that tell of the inbox enter the state. */
export abstract class Calls {
  protected abstract readonly store: Store;
  protected abstract readonly http: Http;
  protected abstract readonly questions: Questions;
  protected abstract readonly pageSize: number;

  /** Any operation of the schema, typed by its text. Its answer does not enter the state. */
  ask<T, V>(operation: Operation<T, V>, variables: V, signal?: AbortSignal): Promise<T> {
    return this.http.ask(operation, variables, signal);
  }

  /** Takes the words and the video of a message of the viewer's away, for both sides. */
  async unsend(messageId: string): Promise<Message> {
    const { unsendMessage } = await this.questions.ask(operations.UnsendMessage, { id: messageId }, (d) => ({
      unsent: achieved(d.unsendMessage).message,
    }));
    return achieved(unsendMessage).message;
  }

  /** The conversation with a user, as far as it is known here. */
  conversationWith(userId: string): Conversation | undefined {
    return conversationWith(this.store.state(), userId);
  }

  // ------------------------------------------------------------ conversations

  /** Loads the next page of a folder; nothing when all is loaded. */
  async moreConversations(folder: Folder): Promise<void> {
    const { loaded, next } = this.store.state().folders[folder];
    if (!loaded || next === null) return;
    await this.questions.once(`more ${folder}`, () =>
      this.questions.ask(operations.Inbox, { folder, first: this.pageSize, after: next }, ({ inbox }) => {
        const last = inbox.nodes.at(-1);
        const more = inbox.pageInfo.hasNextPage ? inbox.pageInfo.endCursor : null;
        const end = more && last ? { lastActivityAt: last.lastActivityAt, id: last.id } : null;
        return { conversations: inbox.nodes, folder: { folder, after: next, next: more, end } };
      }),
    );
  }

  /** How the viewer stands to someone now, and the conversation with them, which enters the state. Null: nobody. */
  async person(id: string, signal?: AbortSignal): Promise<Person | null> {
    const { user } = await this.questions.ask(
      operations.Person,
      { id },
      ({ user: u, conversationWith: c }) => ({ conversations: c ? [c] : [], ...(u && { user: u }) }),
      signal,
    );
    return user;
  }

  async markRead(id: string, upToSeq: number): Promise<Conversation> {
    return this.#changed(operations.MarkRead, { id, upToSeq }, (d) => d.markRead);
  }

  async mute(id: string, muted: boolean): Promise<Conversation> {
    return this.#changed(operations.MuteConversation, { id, muted }, (d) => d.muteConversation);
  }

  async archive(id: string, archived: boolean): Promise<Conversation> {
    return this.#changed(operations.ArchiveConversation, { id, archived }, (d) => d.archiveConversation);
  }

  async accept(id: string): Promise<Conversation> {
    return this.#changed(operations.AcceptRequest, { id }, (d) => d.acceptRequest);
  }

  /** Up to 100 at once. Answers with those that were requests. */
  async decline(ids: string[]): Promise<string[]> {
    const { declineRequests } = await this.questions.ask(operations.DeclineRequests, { ids }, (d) => {
      const { declined, unread } = achieved(d.declineRequests);
      return { removed: declined, unread };
    });
    return achieved(declineRequests).declined;
  }

  /** Accepts all requests that the filter means: up to 1,000 are looked at, and `more` says to call again. */
  acceptAll(filter: RequestFilter): Promise<BulkProgress> {
    return this.#bulk(operations.AcceptAllRequests, { filter }, (d) => d.acceptAllRequests);
  }

  /** Declines all requests that the filter means, as `acceptAll` accepts them. */
  declineAll(filter: RequestFilter): Promise<BulkProgress> {
    return this.#bulk(operations.DeclineAllRequests, { filter }, (d) => d.declineAllRequests);
  }

  /** Moves hidden requests to where today's settings would bring them. A change of settings does so for the first 1,000. */
  releaseHidden(): Promise<BulkProgress> {
    return this.#bulk(operations.ReleaseHiddenRequests, {}, (d) => d.releaseHiddenRequests);
  }

  async #bulk<T, V>(
    operation: Operation<T, V>,
    variables: V,
    result: (data: T) => operations.AcceptAllRequestsMutation['acceptAllRequests'],
  ): Promise<BulkProgress> {
    const data = await this.questions.ask(operation, variables, (d) => ({ unread: achieved(result(d)).unread }));
    const { moved, more } = achieved(result(data));
    return { moved, more };
  }

  async #changed<T, V>(
    operation: Operation<T, V>,
    variables: V,
    result: (data: T) => operations.AcceptRequestMutation['acceptRequest'],
  ): Promise<Conversation> {
    const data = await this.questions.ask(operation, variables, (d) => {
      const { conversation, unread } = achieved(result(d));
      return { conversations: [conversation], unread };
    });
    return achieved(result(data)).conversation;
  }

  // ------------------------------------------------------------ people

  async search(query: string, { first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.SearchUsers, { query, first, after }, signal)).searchUsers;
  }

  async suggestions({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.SuggestedFriends, { first, after }, signal)).suggestedFriends;
  }

  async blocked({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.BlockedUsers, { first, after }, signal)).blockedUsers;
  }

  async restricted({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.RestrictedUsers, { first, after }, signal)).restrictedUsers;
  }

  async listed(list: NamedList, { first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.ListedUsers, { list, first, after }, signal)).listedUsers;
  }

  /** How many new people the viewer may write to now; null: no limit. */
  async outreach(signal?: AbortSignal): Promise<Outreach | null> {
    return (await this.ask(operations.Outreach, {}, signal)).outreach;
  }

  follow(id: string): Promise<Person> {
    return this.#edge(operations.FollowUser, { id });
  }

  unfollow(id: string): Promise<Person> {
    return this.#edge(operations.UnfollowUser, { id });
  }

  block(id: string): Promise<Person> {
    return this.#edge(operations.BlockUser, { id });
  }

  unblock(id: string): Promise<Person> {
    return this.#edge(operations.UnblockUser, { id });
  }

  restrict(id: string): Promise<Person> {
    return this.#edge(operations.RestrictUser, { id });
  }

  unrestrict(id: string): Promise<Person> {
    return this.#edge(operations.UnrestrictUser, { id });
  }

  /** Null: on no list. */
  setListed(id: string, list: NamedList | null): Promise<Person> {
    return this.#edge(operations.SetListed, { id, list });
  }

  async #edge<V>(operation: Operation<Record<string, unknown>, V>, variables: V): Promise<Person> {
    const user = (data: Record<string, unknown>) =>
      achieved(Object.values(data)[0] as operations.FollowUserMutation['followUser']).user;
    return user(await this.questions.ask(operation, variables, (data) => ({ user: user(data) })));
  }

  // ------------------------------------------------------------ contact codes

  /** The codes that the viewer made, newest first. */
  async contactCodes({ first = 20, after = null, signal }: Paging = {}): Promise<Page<ContactCode>> {
    return (await this.ask(operations.ContactCodes, { first, after }, signal)).contactCodes;
  }

  /** Makes a code. The secret is what to give out; it is told this once. */
  async createContactCode(input: CreateContactCodeInput): Promise<{ contactCode: ContactCode; secret: string }> {
    return achieved((await this.ask(operations.CreateContactCode, { input })).createContactCode);
  }

  async revokeContactCode(id: string): Promise<ContactCode> {
    return achieved((await this.ask(operations.RevokeContactCode, { id })).revokeContactCode).contactCode;
  }

  /** Who came by a code of the viewer's, newest first. */
  async contactCodeRedemptions(id: string, { first = 20, after = null, signal }: Paging = {}): Promise<Page<ContactCodeRedemption>> {
    return (await this.ask(operations.ContactCodeRedemptions, { id, first, after }, signal)).contactCodeRedemptions;
  }

  /** Whose code it is, and what one may send with it. Null: it lets the viewer write nothing. */
  async contact(code: string, signal?: AbortSignal): Promise<Contact | null> {
    return (await this.ask(operations.Contact, { code }, signal)).contact;
  }

  // ------------------------------------------------------------ reports

  /** Reports messages, or a conversation, to the moderators. A retry with the same clientReportId is the same report. */
  async report(input: ReportInput): Promise<Report> {
    return achieved((await this.ask(operations.Report, { input })).report).report;
  }

  /** What the viewer reported, newest first. `state().noticesChanged` grows when it is worth reading again. */
  async reports({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Report>> {
    return (await this.ask(operations.MyReports, { first, after }, signal)).myReports;
  }

  /** What moderators decided about the viewer, newest first, and what stands against their writing now. */
  async notices({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Notice> & { restrictions: Restrictions }> {
    const { myNotices, myRestrictions } = await this.ask(operations.MyNotices, { first, after }, signal);
    return { ...myNotices, restrictions: myRestrictions };
  }

  /** Asks for a second look at a decision, once. */
  async appeal(noticeId: string, text: string): Promise<Notice> {
    return achieved((await this.ask(operations.AppealDecision, { id: noticeId, text })).appealDecision).notice;
  }

  // ------------------------------------------------------------ settings

  /** `routes` only with CUSTOM; relations that are left out keep what held before. */
  async setWhoCanMessageMe(audience: Audience, routes?: RelationRouteInput[]): Promise<Settings> {
    const input = { audience, routes };
    return this.#setting(operations.SetWhoCanMessageMe, { input }, (d) => d.setWhoCanMessageMe);
  }

  async setReadReceipts(on: boolean): Promise<Settings> {
    return this.#setting(operations.SetReadReceipts, { on }, (d) => d.setReadReceipts);
  }

  /** What people of each relation may send; relations that are left out keep what held before. */
  async setAcceptedKinds(kinds: RelationKindsInput[]): Promise<Settings> {
    return this.#setting(operations.SetAcceptedKinds, { kinds }, (d) => d.setAcceptedKinds);
  }

  /** Whether links and videos in a request are shown before it is accepted. */
  async setRequestLinks(on: boolean): Promise<Settings> {
    return this.#setting(operations.SetRequestLinks, { on }, (d) => d.setRequestLinks);
  }

  /** Takes the newest change back, by its id in the history. Refused when there is a newer one. */
  async undoSettingsChange(id: string): Promise<Settings> {
    return this.#setting(operations.UndoSettingsChange, { id }, (d) => d.undoSettingsChange);
  }

  /** Whether requests show what is written in them, in lists and live events, before they are opened. */
  async setRequestPreviews(on: boolean): Promise<Settings> {
    return this.#setting(operations.SetRequestPreviews, { on }, (d) => d.setRequestPreviews);
  }

  /** What would become of a message of this person's to the viewer, and what decides. Null: there is nobody. */
  async explain(userId: string, signal?: AbortSignal): Promise<Explanation | null> {
    return (await this.ask(operations.ExplainWhoCanMessageMe, { userId }, signal)).explainWhoCanMessageMe;
  }

  /** What would become of a first message from a person of whom only this relation to the viewer holds. */
  async explainRelation(relation: Relation, signal?: AbortSignal): Promise<Explanation> {
    return (await this.ask(operations.ExplainRelation, { relation }, signal)).explainRelation;
  }

  /** How many people each audience that can be chosen would admit. */
  async reach(signal?: AbortSignal): Promise<AudienceReach[]> {
    return (await this.ask(operations.WhoCouldMessageMe, {}, signal)).whoCouldMessageMe;
  }

  /** The viewer's hidden words. `state().settings` becomes another object when they change, here or elsewhere. */
  async hiddenWords(signal?: AbortSignal): Promise<string[]> {
    return (await this.ask(operations.HiddenWords, {}, signal)).hiddenWords;
  }

  /** Answers with the whole list. */
  async addHiddenWords(words: string[]): Promise<string[]> {
    return achieved((await this.ask(operations.AddHiddenWords, { words })).addHiddenWords).words;
  }

  async removeHiddenWords(words: string[]): Promise<string[]> {
    return achieved((await this.ask(operations.RemoveHiddenWords, { words })).removeHiddenWords).words;
  }

  /** Takes the surge shield down and decides about what it holds; `more` says to call again. */
  async endSurgeShield(heldRequests: HeldRequestAction): Promise<BulkProgress> {
    const { endSurgeShield } = await this.questions.ask(operations.EndSurgeShield, { heldRequests }, (d) => ({
      settings: achieved(d.endSurgeShield).settings,
    }));
    const { moved, more } = achieved(endSurgeShield);
    return { moved, more };
  }

  /** Asks for an export of all that is kept of the viewer. */
  async exportMyData(): Promise<ExportJob> {
    return achieved((await this.ask(operations.ExportMyData, {})).exportMyData).job;
  }

  /** How far an export is; without an id the last one. */
  async exportJob(id?: string): Promise<ExportJob | null> {
    return (await this.ask(operations.ExportJob, { id })).exportJob;
  }

  /** The file of an export that is done: a zip. */
  exportFile(job: ExportJob, signal?: AbortSignal): Promise<Blob> {
    if (!job.url) throw new Error('The export has no file.');
    return this.http.file(job.url, signal);
  }

  async #setting<T, V>(
    operation: Operation<T, V>,
    variables: V,
    result: (data: T) => operations.UndoSettingsChangeMutation['undoSettingsChange'],
  ): Promise<Settings> {
    const settings = (data: T) => achieved(result(data)).settings;
    return settings(await this.questions.ask(operation, variables, (d) => ({ settings: settings(d) })));
  }

  /** Newest first. */
  async settingsHistory({ first = 20, signal }: Omit<Paging, 'after'> = {}): Promise<SettingsChange[]> {
    return (await this.ask(operations.SettingsHistory, { first }, signal)).settingsHistory;
  }
}
