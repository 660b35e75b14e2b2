import { Calls } from './calls.js';
import { SignalTyping } from './generated/operations.js';
import { Http } from './http.js';
import { Messages } from './messages.js';
import { Pause } from './pause.js';
import { Questions } from './questions.js';
import { Session } from './session.js';
import type { Outgoing, State } from './state.js';
import { defaultStorage, type Storage } from './storage.js';
import { Store, type Selection } from './store.js';
import { claims, Tokens, type TokenSource } from './token.js';
import type { VideoCard } from './types.js';

/** The options of `connect`. */
export interface Options {
  /** Where the API answers. In a browser it may be relative to the page. */
  url: string;
  /** Asked at the start, shortly before a token ends, and when one is not accepted. */
  token: TokenSource;
  /** Where the outbox and the drafts are kept: IndexedDB in a browser, memory elsewhere. */
  storage?: Storage;
  /**
   * Names what is kept, and which tabs belong together: one name per person. By default the `sub`
   * of the token; give it to have the outbox back before the first token is there.
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

/** A message to send. */
export interface NewMessage {
  /** A user's id, or a conversation's. */
  to: string;
  body?: string;
  video?: VideoCard | null;
  /** A contact code of the recipient's: the message then goes to their inbox. */
  contactCode?: string;
}

/** So often somebody who is writing says so. */
const typingEveryMs = 3_000;

/**
 * One person's inbox, live until close(). The screen is drawn from `state`; everything that is
 * asked of the server comes back there too. Methods that ask throw Unreachable, ApiError or
 * Refused.
 */
export class Client extends Calls {
  protected readonly store: Store;
  protected readonly http: Http;
  protected readonly questions: Questions;
  readonly #abort = new AbortController();
  protected readonly pageSize: number;
  readonly #running: Promise<void>;
  readonly #tokens: Tokens;
  #session: Session | undefined;
  #started!: (session: Session) => void;
  readonly #ready = new Promise<Session>((resolve) => (this.#started = resolve));
  #starting = new Pause();
  #sent = 0;
  #unkept = new Map<string, Outgoing>();
  #typed = new Map<string, number>();

  readonly state: () => State;
  /** Calls after every change; the answer ends that. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The windows of messages. */
  readonly messages: Messages;

  constructor(options: Options) {
    super();
    this.store = new Store((before, after) => this.messages.heal(before, after));
    this.state = this.store.state;
    this.subscribe = this.store.subscribe;
    const here = globalThis.location?.href;
    const url = new URL(options.url, here).href;
    this.#tokens = new Tokens(options.token);
    this.http = new Http(url, this.#tokens, options.fetch ?? globalThis.fetch.bind(globalThis));
    this.questions = new Questions(this.http, this.store);
    this.pageSize = options.pageSize ?? 40;
    this.messages = new Messages(this.questions, this.store, this.pageSize, this.#abort.signal);
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
      http: this.http,
      questions: this.questions,
      store: this.store,
      storage,
      account: `aparte:${name}`,
      tabs: options.tabs ?? true,
      pageSize: this.pageSize,
      unkept: this.#unkept,
      signal,
    });
    this.#session = session;
    this.#started(session);
    await session.run();
  }

  /** Returns the account of the token; undefined when closed before there was one. */
  async #accountOfToken(): Promise<string | undefined> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const token = await this.#tokens.get(signal).catch(() => undefined);
      if (token) return String(claims(token).sub ?? 'me');
      if (!signal.aborted) this.store.apply({ type: 'status', status: token === '' ? 'signedOut' : 'reconnecting' });
      if (token === '') this.#tokens.refuse('');
      await this.#starting.wait(signal);
    }
    return undefined;
  }

  /**
   * Returns one part of the state. The selector must return the same object as long as its part
   * has not changed.
   */
  select<T>(selector: (state: State) => T, same?: (a: T, b: T) => boolean): Selection<T> {
    return this.store.select(selector, same);
  }

  /** Connects again at once, without waiting: for example after signing in again. */
  reconnect() {
    this.#starting.hurry();
    this.#session?.reconnect();
  }

  /**
   * Stops all work and hands the socket to another tab. Messages that are not sent yet stay in
   * the outbox.
   */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.store.apply({ type: 'status', status: 'closed' });
  }

  // ------------------------------------------------------------ sending

  /**
   * Puts a message into the outbox and shows it at once. It is sent once, however often that has to
   * be tried and whatever is reloaded in between; when it is refused, `failure` says why.
   */
  send({ to, body = '', video = null, contactCode }: NewMessage): Outgoing {
    const now = Date.now();
    const order = `${String(now).padStart(15, '0')}.${String(this.#sent++).padStart(9, '0')}`;
    const at = new Date(now).toISOString();
    const clientMessageId = crypto.randomUUID();
    const carried = contactCode === undefined ? {} : { contactCode };
    const outgoing: Outgoing = { clientMessageId, to, body, video, ...carried, at, order, failure: null };
    this.store.apply({ type: 'outbox', outgoing: [...this.state().outgoing, outgoing] });
    void this.#keep(outgoing);
    return outgoing;
  }

  /** Sends a refused message again, with the same clientMessageId. */
  async retry(clientMessageId: string): Promise<void> {
    const outgoing = this.state().outgoing.find((o) => o.clientMessageId === clientMessageId);
    if (outgoing?.failure) await this.#keep({ ...outgoing, failure: null });
  }

  /** Removes a message from the outbox. A request that is already on its way may still succeed. */
  async discard(clientMessageId: string): Promise<void> {
    const session = await this.#ready;
    await session.kept.remove(clientMessageId);
    await session.outboxChanged();
  }

  async #keep(outgoing: Outgoing) {
    this.#unkept.set(outgoing.clientMessageId, outgoing);
    await afterThis();
    const session = await this.#ready;
    try {
      await session.kept.put(outgoing);
      this.#unkept.delete(outgoing.clientMessageId);
    } catch (error) {
      this.#unkept.delete(outgoing.clientMessageId);
      const failure = { code: 'NOT_KEPT', detail: `This device has no room for it: ${String(error)}` };
      const others = this.state().outgoing.filter((o) => o.clientMessageId !== outgoing.clientMessageId);
      return this.store.apply({ type: 'outbox', outgoing: [...others, { ...outgoing, failure }] });
    }
    await session.outboxChanged();
  }

  /** Keeps the draft of a message to a user or in a conversation. Empty text deletes the draft. */
  draft(to: string, text: string) {
    this.store.apply({ type: 'draft', to, text });
    void afterThis().then(async () => (await this.#ready).keepDraft(to, text));
  }

  /**
   * Says that the viewer is writing in a conversation. To be called at each letter: the server is
   * told every 3 seconds, and not at all while the viewer has read receipts off. It may be lost
   * without a word.
   */
  typing(conversationId: string) {
    const { status, settings } = this.state();
    const now = Date.now();
    if (status !== 'live' || !settings?.readReceipts || now - (this.#typed.get(conversationId) ?? 0) < typingEveryMs) return;
    this.#typed.set(conversationId, now);
    void this.http.ask(SignalTyping, { id: conversationId }).catch(() => undefined);
  }
}

/** The visible page goes first: storage and network begin when the page has had its turn. */
const afterThis = () => new Promise<void>((resolve) => setTimeout(resolve));

/** Opens the inbox of one user. The client connects by itself and runs until close(). */
export function connect(options: Options): Client {
  return new Client(options);
}
