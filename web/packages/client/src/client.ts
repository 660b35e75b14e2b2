import { achieved } from './errors.js';
import * as operations from './generated/operations.js';
import type { Operation } from './generated/operations.js';
import { Http } from './http.js';
import { Pause } from './pause.js';
import { Questions } from './questions.js';
import { Session } from './session.js';
import { conversationWith, type Outgoing, type State } from './state.js';
import { defaultStorage, type Storage } from './storage.js';
import { Store, type Selection } from './store.js';
import { Messages } from './messages.js';
import { claims, Tokens, type TokenSource } from './token.js';
import type {
  Audience,
  Conversation,
  Folder,
  Message,
  NamedList,
  Notice,
  Page,
  RelationRouteInput,
  Report,
  ReportInput,
  Restrictions,
  Settings,
  SettingsChange,
  Standing,
  VideoCard,
} from './types.js';

export interface Options {
  /** Where the API answers. In a browser it may be relative to the page. */
  url: string;
  /** Asked at the start, shortly before a token ends, and when one is not accepted. */
  token: TokenSource;
  /** Where the outbox and the drafts are kept: IndexedDB in a browser, memory elsewhere. */
  storage?: Storage;
  /**
   * Names what is kept, and which tabs belong together: one name per person. By default the `sub` of the token; give it to
   * have the outbox back before the first token is there.
   */
  account?: string;
  /** Whether the tabs of a browser share one socket. They do, unless this is false. */
  tabs?: boolean;
  /** How many conversations and messages a page holds, from 1 to 100; 40 by default. */
  pageSize?: number;
  /** The socket's address, where it is not the API's. */
  socketUrl?: string;
  /** A WebSocket class, where the platform has none (Node before 22). */
  webSocket?: unknown;
  fetch?: typeof globalThis.fetch;
}

export interface NewMessage {
  /** A user's id, or a conversation's. */
  to: string;
  body?: string;
  video?: VideoCard | null;
}

export interface Paging {
  /** From 1 to 100. */
  first?: number;
  /** The `endCursor` of the page before. */
  after?: string | null;
  signal?: AbortSignal;
}

/**
 * One person's inbox, live until close(). What is on screen comes from `state`; everything that is asked of the server
 * comes back there too. Methods that ask throw Unreachable, ApiError or Refused.
 */
export class Client {
  readonly #store: Store;
  readonly #http: Http;
  readonly #questions: Questions;
  readonly #abort = new AbortController();
  readonly #pageSize: number;
  readonly #running: Promise<void>;
  readonly #tokens: Tokens;
  #session: Session | undefined;
  #started!: (session: Session) => void;
  readonly #ready = new Promise<Session>((resolve) => (this.#started = resolve));
  #starting = new Pause();
  #sent = 0;

  readonly state: () => State;
  /** Calls after every change; the answer ends that. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The windows of messages. */
  readonly messages: Messages;

  constructor(options: Options) {
    this.#store = new Store((before, after) => this.messages.heal(before, after));
    this.state = this.#store.state;
    this.subscribe = this.#store.subscribe;
    const here = globalThis.location?.href;
    const url = new URL(options.url, here).href;
    this.#tokens = new Tokens(options.token);
    this.#http = new Http(url, this.#tokens, options.fetch ?? globalThis.fetch.bind(globalThis));
    this.#questions = new Questions(this.#http, this.#store);
    this.#pageSize = options.pageSize ?? 40;
    this.messages = new Messages(this.#questions, this.#store, this.#pageSize, this.#abort.signal);
    const socketUrl = new URL(options.socketUrl ?? url, here).href.replace(/^http/, 'ws');
    this.#running = this.#run(options, socketUrl);
  }

  async #run(options: Options, socketUrl: string) {
    const { signal } = this.#abort;
    const name = options.account ?? (await this.#accountOfToken());
    const storage = options.storage ?? (await defaultStorage());
    if (signal.aborted || name === undefined) return;
    const session = new Session({
      socketUrl,
      webSocket: options.webSocket,
      tokens: this.#tokens,
      http: this.#http,
      questions: this.#questions,
      store: this.#store,
      storage,
      account: `aparte:${name}`,
      tabs: options.tabs ?? true,
      pageSize: this.#pageSize,
      signal,
    });
    this.#session = session;
    this.#started(session);
    await session.run();
  }

  /** Who the token is for; undefined when closed before there was one. */
  async #accountOfToken(): Promise<string | undefined> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const token = await this.#tokens.get(signal).catch(() => undefined);
      if (token) return String(claims(token).sub ?? 'me');
      if (!signal.aborted) this.#store.apply({ type: 'status', status: token === '' ? 'signedOut' : 'reconnecting' });
      if (token === '') this.#tokens.refuse('');
      await this.#starting.wait(signal);
    }
    return undefined;
  }

  /** One part of the state. The selector gives the same object as long as nothing has changed for it. */
  select<T>(selector: (state: State) => T, same?: (a: T, b: T) => boolean): Selection<T> {
    return this.#store.select(selector, same);
  }

  /** Tries again now, without waiting: after signing in again, or when someone asks for it. */
  reconnect() {
    this.#starting.hurry();
    this.#session?.reconnect();
  }

  /** Ends everything and gives the socket to another tab. What was not sent yet stays in the outbox. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#store.apply({ type: 'status', status: 'closed' });
  }

  /** Any operation of the schema, typed by its text. Its answer does not enter the state. */
  ask<T, V>(operation: Operation<T, V>, variables: V, signal?: AbortSignal): Promise<T> {
    return this.#http.ask(operation, variables, signal);
  }

  // ------------------------------------------------------------ sending

  /**
   * Puts a message into the outbox and shows it at once. It is sent once, however often that has to be tried and
   * whatever is reloaded in between; when it is refused, `failure` says why.
   */
  send({ to, body = '', video = null }: NewMessage): Outgoing {
    const now = Date.now();
    const order = `${String(now).padStart(15, '0')}.${String(this.#sent++).padStart(9, '0')}`;
    const at = new Date(now).toISOString();
    const outgoing: Outgoing = { clientMessageId: crypto.randomUUID(), to, body, video, at, order, failure: null };
    this.#store.apply({ type: 'outbox', outgoing: [...this.state().outgoing, outgoing] });
    void this.#keep(outgoing);
    return outgoing;
  }

  /** Tries what was refused once more, with the same key. */
  async retry(clientMessageId: string): Promise<void> {
    const outgoing = this.state().outgoing.find((o) => o.clientMessageId === clientMessageId);
    if (outgoing?.failure) await this.#keep({ ...outgoing, failure: null });
  }

  /** Takes back what was not accepted yet. What is on the wire at this moment may be accepted all the same. */
  async discard(clientMessageId: string): Promise<void> {
    const session = await this.#ready;
    await session.kept.remove(clientMessageId);
    await session.outboxChanged();
  }

  async #keep(outgoing: Outgoing) {
    const session = await this.#ready;
    try {
      await session.kept.put(outgoing);
    } catch (error) {
      const failure = { code: 'NOT_KEPT', reason: `This device has no room for it: ${String(error)}` };
      const others = this.state().outgoing.filter((o) => o.clientMessageId !== outgoing.clientMessageId);
      return this.#store.apply({ type: 'outbox', outgoing: [...others, { ...outgoing, failure }] });
    }
    await session.outboxChanged();
  }

  /** Takes the words and the video of a message of the viewer's away, for both sides. */
  async unsend(messageId: string): Promise<Message> {
    const { unsendMessage } = await this.#questions.ask(operations.UnsendMessage, { id: messageId }, (d) => ({
      unsent: achieved(d.unsendMessage).message,
    }));
    return achieved(unsendMessage).message;
  }

  /** Keeps what is being written to a person or conversation; empty text forgets it. */
  draft(to: string, text: string) {
    this.#store.apply({ type: 'draft', to, text });
    void this.#ready.then((session) => session.keepDraft(to, text));
  }

  // ------------------------------------------------------------ conversations

  /** Loads the next page of a folder; nothing when all is loaded. */
  async moreConversations(folder: Folder): Promise<void> {
    const { loaded, next } = this.state().folders[folder];
    if (!loaded || next === null) return;
    await this.#questions.once(`more ${folder}`, () =>
      this.#questions.ask(operations.Inbox, { folder, first: this.#pageSize, after: next }, ({ inbox }) => {
        const last = inbox.nodes.at(-1);
        const more = inbox.pageInfo.hasNextPage ? inbox.pageInfo.endCursor : null;
        const end = more && last ? { lastActivityAt: last.lastActivityAt, id: last.id } : null;
        return { conversations: inbox.nodes, folder: { folder, after: next, next: more, end } };
      }),
    );
  }

  /** How the viewer stands to someone now, and the conversation with them, which enters the state. Null: nobody. */
  async person(id: string, signal?: AbortSignal): Promise<Standing | null> {
    const { user } = await this.#questions.ask(
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
    const { declineRequests } = await this.#questions.ask(operations.DeclineRequests, { ids }, (d) => {
      const { declined, unread } = achieved(d.declineRequests);
      return { removed: declined, unread };
    });
    return achieved(declineRequests).declined;
  }

  async #changed<T, V>(
    operation: Operation<T, V>,
    variables: V,
    result: (data: T) => operations.AcceptRequestMutation['acceptRequest'],
  ): Promise<Conversation> {
    const data = await this.#questions.ask(operation, variables, (d) => {
      const { conversation, unread } = achieved(result(d));
      return { conversations: [conversation], unread };
    });
    return achieved(result(data)).conversation;
  }

  // ------------------------------------------------------------ people

  async search(query: string, { first = 20, after = null, signal }: Paging = {}): Promise<Page<Standing>> {
    return (await this.ask(operations.SearchUsers, { query, first, after }, signal)).searchUsers;
  }

  async suggestions({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Standing>> {
    return (await this.ask(operations.SuggestedFriends, { first, after }, signal)).suggestedFriends;
  }

  async blocked({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Standing>> {
    return (await this.ask(operations.BlockedUsers, { first, after }, signal)).blockedUsers;
  }

  async restricted({ first = 20, after = null, signal }: Paging = {}): Promise<Page<Standing>> {
    return (await this.ask(operations.RestrictedUsers, { first, after }, signal)).restrictedUsers;
  }

  async listed(list: NamedList, { first = 20, after = null, signal }: Paging = {}): Promise<Page<Standing>> {
    return (await this.ask(operations.ListedUsers, { list, first, after }, signal)).listedUsers;
  }

  follow(id: string): Promise<Standing> {
    return this.#edge(operations.FollowUser, { id });
  }

  unfollow(id: string): Promise<Standing> {
    return this.#edge(operations.UnfollowUser, { id });
  }

  block(id: string): Promise<Standing> {
    return this.#edge(operations.BlockUser, { id });
  }

  unblock(id: string): Promise<Standing> {
    return this.#edge(operations.UnblockUser, { id });
  }

  restrict(id: string): Promise<Standing> {
    return this.#edge(operations.RestrictUser, { id });
  }

  unrestrict(id: string): Promise<Standing> {
    return this.#edge(operations.UnrestrictUser, { id });
  }

  /** Null: on no list. */
  setListed(id: string, list: NamedList | null): Promise<Standing> {
    return this.#edge(operations.SetListed, { id, list });
  }

  async #edge<V>(operation: Operation<Record<string, unknown>, V>, variables: V): Promise<Standing> {
    const user = (data: Record<string, unknown>) =>
      achieved(Object.values(data)[0] as operations.FollowUserMutation['followUser']).user;
    return user(await this.#questions.ask(operation, variables, (data) => ({ user: user(data) })));
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

  async #setting<T, V>(
    operation: Operation<T, V>,
    variables: V,
    result: (data: T) => operations.SetReadReceiptsMutation['setReadReceipts'],
  ): Promise<Settings> {
    const settings = (data: T) => achieved(result(data)).settings;
    return settings(await this.#questions.ask(operation, variables, (d) => ({ settings: settings(d) })));
  }

  /** Newest first. */
  async settingsHistory({ first = 20, signal }: Omit<Paging, 'after'> = {}): Promise<SettingsChange[]> {
    return (await this.ask(operations.SettingsHistory, { first }, signal)).settingsHistory;
  }

  /** The conversation with a user, as far as it is known here. */
  conversationWith(userId: string): Conversation | undefined {
    return conversationWith(this.state(), userId);
  }
}

/** Opens a person's inbox. It connects by itself and goes on until close(). */
export function connect(options: Options): Client {
  return new Client(options);
}
