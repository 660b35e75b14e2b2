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

/** The part of a list to read. */
export interface Paging {
  /** From 1 to 100. */
  first?: number;
  /** The `endCursor` of the page before. */
  after?: string | null;
  signal?: AbortSignal;
}

/**
 * The requests that a client can make. Results that concern the inbox are also written to the
 * state.
 */
export abstract class Calls {
  protected abstract readonly store: Store;
  protected abstract readonly http: Http;
  protected abstract readonly questions: Questions;
  protected abstract readonly pageSize: number;

  /** Any operation of the schema, typed by its text. Its answer does not enter the state. */
  ask<T, V>(operation: Operation<T, V>, variables: V, signal?: AbortSignal): Promise<T> {
    return this.http.ask(operation, variables, signal);
  }

  /** Deletes the text and the video of a message of the viewer for both sides. */
  async unsend(messageId: string): Promise<Message> {
    const { unsendMessage } = await this.questions.ask(operations.UnsendMessage, { id: messageId }, (d) => ({
      unsent: achieved(d.unsendMessage).message,
    }));
    return achieved(unsendMessage).message;
  }

  /** Returns the conversation with a user, if the state has it. */
  conversationWith(userId: string): Conversation | undefined {
    return conversationWith(this.store.state(), userId);
  }

  // ------------------------------------------------------------ conversations

  /** Loads the next page of a folder. Does nothing when the folder is loaded completely. */
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

  /**
   * Returns a user and how the viewer is related to them, or null if there is no such user. The
   * conversation with them is written to the state.
   */
  async person(id: string, signal?: AbortSignal): Promise<Person | null> {
    const { user } = await this.questions.ask(
      operations.Person,
      { id },
      ({ user: u, conversationWith: c }) => ({ conversations: c ? [c] : [], ...(u && { user: u }) }),
      signal,
    );
    return user;
  }

  /** Marks the messages up to `upToSeq` as read. */
  async markRead(id: string, upToSeq: number): Promise<Conversation> {
    return this.#changed(operations.MarkRead, { id, upToSeq }, (d) => d.markRead);
  }

  /** Mutes a conversation, or ends that. */
  async mute(id: string, muted: boolean): Promise<Conversation> {
    return this.#changed(operations.MuteConversation, { id, muted }, (d) => d.muteConversation);
  }

  /** Moves a conversation to the archive, or back to the inbox. */
  async archive(id: string, archived: boolean): Promise<Conversation> {
    return this.#changed(operations.ArchiveConversation, { id, archived }, (d) => d.archiveConversation);
  }

  /** Accepts a request. The conversation moves to the inbox. */
  async accept(id: string): Promise<Conversation> {
    return this.#changed(operations.AcceptRequest, { id }, (d) => d.acceptRequest);
  }

  /** Declines up to 100 requests. Returns the ids of those that were requests. */
  async decline(ids: string[]): Promise<string[]> {
    const { declineRequests } = await this.questions.ask(operations.DeclineRequests, { ids }, (d) => {
      const { declined, unread } = achieved(d.declineRequests);
      return { removed: declined, unread };
    });
    return achieved(declineRequests).declined;
  }

  /**
   * Accepts the requests that match the filter, at most 1,000 in a call. Call again while `more`.
   */
  acceptAll(filter: RequestFilter): Promise<BulkProgress> {
    return this.#bulk(operations.AcceptAllRequests, { filter }, (d) => d.acceptAllRequests);
  }

  /**
   * Declines the requests that match the filter, at most 1,000 in a call. Call again while
   * `more`.
   */
  declineAll(filter: RequestFilter): Promise<BulkProgress> {
    return this.#bulk(operations.DeclineAllRequests, { filter }, (d) => d.declineAllRequests);
  }

  /**
   * Moves hidden requests to where the current settings send them, at most 1,000 in a call. A
   * change of settings does so for the first 1,000.
   */
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

  /** Finds users by name or handle. */
  async search(query: string, { first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.SearchUsers, { query, first, after }, signal)).searchUsers;
  }

  /** Returns the users whom the host app suggests to the viewer. */
  async suggestions({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.SuggestedFriends, { first, after }, signal)).suggestedFriends;
  }

  /** Returns the users whom the viewer has blocked. */
  async blocked({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.BlockedUsers, { first, after }, signal)).blockedUsers;
  }

  /** Returns the users whom the viewer has restricted. */
  async restricted({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.RestrictedUsers, { first, after }, signal)).restrictedUsers;
  }

  /** Returns the users on one of the lists of the viewer. */
  async listed(list: NamedList, { first = 20, after = null, signal }: Paging = {}): Promise<Page<Person>> {
    return (await this.ask(operations.ListedUsers, { list, first, after }, signal)).listedUsers;
  }

  /** Returns how many new people the viewer may message now; null: there is no limit. */
  async outreach(signal?: AbortSignal): Promise<Outreach | null> {
    return (await this.ask(operations.Outreach, {}, signal)).outreach;
  }

  /** Follows a user. */
  follow(id: string): Promise<Person> {
    return this.#edge(operations.FollowUser, { id });
  }

  /** Unfollows a user. */
  unfollow(id: string): Promise<Person> {
    return this.#edge(operations.UnfollowUser, { id });
  }

  /** Blocks a user. Each stops following the other. */
  block(id: string): Promise<Person> {
    return this.#edge(operations.BlockUser, { id });
  }

  /** Ends a block. */
  unblock(id: string): Promise<Person> {
    return this.#edge(operations.UnblockUser, { id });
  }

  /** Restricts a user: their messages go to the requests. */
  restrict(id: string): Promise<Person> {
    return this.#edge(operations.RestrictUser, { id });
  }

  /** Ends a restriction. */
  unrestrict(id: string): Promise<Person> {
    return this.#edge(operations.UnrestrictUser, { id });
  }

  /** Puts a user on a list of the viewer; null removes them from both lists. */
  setListed(id: string, list: NamedList | null): Promise<Person> {
    return this.#edge(operations.SetListed, { id, list });
  }

  async #edge<V>(operation: Operation<Record<string, unknown>, V>, variables: V): Promise<Person> {
    const user = (data: Record<string, unknown>) =>
      achieved(Object.values(data)[0] as operations.FollowUserMutation['followUser']).user;
    return user(await this.questions.ask(operation, variables, (data) => ({ user: user(data) })));
  }

  // ------------------------------------------------------------ contact codes

  /** Returns the contact codes of the viewer, newest first. */
  async contactCodes({ first = 20, after = null, signal }: Paging = {}): Promise<Page<ContactCode>> {
    return (await this.ask(operations.ContactCodes, { first, after }, signal)).contactCodes;
  }

  /** Creates a contact code. The server returns the secret only this once. */
  async createContactCode(input: CreateContactCodeInput): Promise<{ contactCode: ContactCode; secret: string }> {
    return achieved((await this.ask(operations.CreateContactCode, { input })).createContactCode);
  }

  /** Deactivates a contact code. */
  async revokeContactCode(id: string): Promise<ContactCode> {
    return achieved((await this.ask(operations.RevokeContactCode, { id })).revokeContactCode).contactCode;
  }

  /** Returns the redemptions of a contact code of the viewer, newest first. */
  async contactCodeRedemptions(id: string, { first = 20, after = null, signal }: Paging = {}): Promise<Page<ContactCodeRedemption>> {
    return (await this.ask(operations.ContactCodeRedemptions, { id, first, after }, signal)).contactCodeRedemptions;
  }

  /**
   * Returns the owner of a contact code and what the viewer may send with it; null if the code is
   * not valid for the viewer.
   */
  async contact(code: string, signal?: AbortSignal): Promise<Contact | null> {
    return (await this.ask(operations.Contact, { code }, signal)).contact;
  }

  // ------------------------------------------------------------ reports

  /**
   * Reports messages or a conversation to the moderators. A retry with the same clientReportId
   * returns the same report.
   */
  async report(input: ReportInput): Promise<Report> {
    return achieved((await this.ask(operations.Report, { input })).report).report;
  }

  /**
   * Returns the reports of the viewer, newest first. Read them again when
   * `state().noticesChanged` grows.
   */
  async reports({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Report>> {
    return (await this.ask(operations.MyReports, { first, after }, signal)).myReports;
  }

  /**
   * Returns the decisions of the moderators about the viewer, newest first, and the restrictions
   * that apply now.
   */
  async notices({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Notice> & { restrictions: Restrictions }> {
    const { myNotices, myRestrictions } = await this.ask(operations.MyNotices, { first, after }, signal);
    return { ...myNotices, restrictions: myRestrictions };
  }

  /** Appeals a decision. Each decision can be appealed once. */
  async appeal(noticeId: string, text: string): Promise<Notice> {
    return achieved((await this.ask(operations.AppealDecision, { id: noticeId, text })).appealDecision).notice;
  }

  // ------------------------------------------------------------ settings

  /**
   * Sets who can message the viewer. Pass `routes` only with CUSTOM; relations without a route
   * keep their current one.
   */
  async setWhoCanMessageMe(audience: Audience, routes?: RelationRouteInput[]): Promise<Settings> {
    const input = { audience, routes };
    return this.#setting(operations.SetWhoCanMessageMe, { input }, (d) => d.setWhoCanMessageMe);
  }

  /** Turns read receipts and typing signals on or off. */
  async setReadReceipts(on: boolean): Promise<Settings> {
    return this.#setting(operations.SetReadReceipts, { on }, (d) => d.setReadReceipts);
  }

  /**
   * Sets what people of each relation may send. Relations that are left out keep their current
   * kinds.
   */
  async setAcceptedKinds(kinds: RelationKindsInput[]): Promise<Settings> {
    return this.#setting(operations.SetAcceptedKinds, { kinds }, (d) => d.setAcceptedKinds);
  }

  /** Sets whether links and videos of a request are shown before it is accepted. */
  async setRequestLinks(on: boolean): Promise<Settings> {
    return this.#setting(operations.SetRequestLinks, { on }, (d) => d.setRequestLinks);
  }

  /**
   * Undoes the newest change of settings, by its id in the history. Refused if there is a newer
   * one.
   */
  async undoSettingsChange(id: string): Promise<Settings> {
    return this.#setting(operations.UndoSettingsChange, { id }, (d) => d.undoSettingsChange);
  }

  /** Sets whether lists and live events show the text of requests that are not opened yet. */
  async setRequestPreviews(on: boolean): Promise<Settings> {
    return this.#setting(operations.SetRequestPreviews, { on }, (d) => d.setRequestPreviews);
  }

  /**
   * Explains what would happen to a message from this user to the viewer; null if there is no
   * such user.
   */
  async explain(userId: string, signal?: AbortSignal): Promise<Explanation | null> {
    return (await this.ask(operations.ExplainWhoCanMessageMe, { userId }, signal)).explainWhoCanMessageMe;
  }

  /** Explains what would happen to a first message from a person of this relation to the viewer. */
  async explainRelation(relation: Relation, signal?: AbortSignal): Promise<Explanation> {
    return (await this.ask(operations.ExplainRelation, { relation }, signal)).explainRelation;
  }

  /** Returns how many people each available audience admits. */
  async reach(signal?: AbortSignal): Promise<AudienceReach[]> {
    return (await this.ask(operations.WhoCouldMessageMe, {}, signal)).whoCouldMessageMe;
  }

  /**
   * Returns the viewer's hidden words. `state().settings` is a new object after each change of
   * them.
   */
  async hiddenWords(signal?: AbortSignal): Promise<string[]> {
    return (await this.ask(operations.HiddenWords, {}, signal)).hiddenWords;
  }

  /** Adds hidden words. Returns the complete list. */
  async addHiddenWords(words: string[]): Promise<string[]> {
    return achieved((await this.ask(operations.AddHiddenWords, { words })).addHiddenWords).words;
  }

  /** Removes hidden words. Returns the complete list. */
  async removeHiddenWords(words: string[]): Promise<string[]> {
    return achieved((await this.ask(operations.RemoveHiddenWords, { words })).removeHiddenWords).words;
  }

  /**
   * Ends the surge shield and decides about the requests that it holds, at most 1,000 in a call.
   * Call again while `more`.
   */
  async endSurgeShield(heldRequests: HeldRequestAction): Promise<BulkProgress> {
    const { endSurgeShield } = await this.questions.ask(operations.EndSurgeShield, { heldRequests }, (d) => ({
      settings: achieved(d.endSurgeShield).settings,
    }));
    const { moved, more } = achieved(endSurgeShield);
    return { moved, more };
  }

  /** Requests an export of the viewer's data. */
  async exportMyData(): Promise<ExportJob> {
    return achieved((await this.ask(operations.ExportMyData, {})).exportMyData).job;
  }

  /** Returns an export; without an id, the newest one. Null: there is none. */
  async exportJob(id?: string): Promise<ExportJob | null> {
    return (await this.ask(operations.ExportJob, { id })).exportJob;
  }

  /** Downloads the ZIP file of an export that is done. Throws if the export has no file. */
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

  /** Returns the changes of settings, newest first. */
  async settingsHistory({ first = 20, after = null, signal }: Paging = {}): Promise<Page<SettingsChange>> {
    return (await this.ask(operations.SettingsHistory, { first, after }, signal)).settingsHistory;
  }
}
