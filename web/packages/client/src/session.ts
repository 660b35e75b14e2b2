import type { Shared } from './actions.js';
import { ApiError, isRefusal } from './errors.js';
import { Position, SendMessage, Start } from './generated/operations.js';
import type { Http } from './http.js';
import { Live } from './live.js';
import { Kept, Outbox } from './outbox.js';
import { Pause } from './pause.js';
import type { Questions } from './questions.js';
import type { Outgoing, Status } from './state.js';
import type { Storage } from './storage.js';
import type { Store } from './store.js';
import { alone, joinTabs, type TabMessage, type Tabs } from './tabs.js';
import type { Tokens } from './token.js';
import type { InboxEvent } from './types.js';

export interface SessionOptions {
  socketUrl: string;
  webSocket: unknown;
  tokens: Tokens;
  http: Http;
  questions: Questions;
  store: Store;
  storage: Storage;
  /** Names what is kept, and the lock. */
  account: string;
  /** Share one socket among tabs. */
  tabs: boolean;
  pageSize: number;
  /** The messages that were given to the outbox and are not in the storage yet. */
  unkept: ReadonlyMap<string, Outgoing>;
  signal: AbortSignal;
}

/**
 * How often the clock is looked at, and how far it must have jumped to say that the device has
 * slept.
 */
const tickMs = 5_000;
const sleptMs = 20_000;

/**
 * One account's connection: as the owner it loads, follows and sends; otherwise it is told by the
 * tab that does.
 */
export class Session {
  readonly #kept: Kept;
  #tabs: Tabs = alone;
  #live: Live | undefined;
  #outbox: Outbox | undefined;
  #pause = new Pause();
  #owner = false;
  /** The newest event that was handed on; null: the inbox has to be read first. */
  #cursor: string | null = null;
  #signedOut: (() => void) | undefined;
  #askedAt = 0;

  constructor(private readonly o: SessionOptions) {
    this.#kept = new Kept(o.storage, `${o.account}/out/`);
  }

  get kept(): Kept {
    return this.#kept;
  }

  /** Runs until the signal ends it, and leaves nothing running. */
  async run(): Promise<void> {
    const { o } = this;
    if (o.tabs && o.storage.shared) this.#tabs = joinTabs(o.account, (message) => this.#heard(message), o.signal);
    const unwatch = this.#watchNetwork();
    try {
      await this.#restore();
      this.#tabs.say({ kind: 'hello' });
      await this.#tabs.own(() => this.#own());
    } finally {
      unwatch();
      this.#tabs.close();
    }
  }

  /** Tries again now: the network may be back, someone may be signed in. */
  reconnect() {
    if (!this.#owner) return this.#tabs.say({ kind: 'reconnect' });
    this.#signedOut?.();
    this.#pause.hurry();
    this.#live?.renew();
    this.#outbox?.hurry();
  }

  /**
   * The outbox as it is kept has changed: shows it here and elsewhere, and has its owner look at
   * it.
   */
  async outboxChanged() {
    this.#tabs.say({ kind: 'outbox' });
    this.#outbox?.look();
    await this.#mirrorOutbox();
  }

  async keepDraft(to: string, text: string) {
    this.#tabs.say({ kind: 'draft', to, text });
    const key = this.#draftPrefix + to;
    await (text ? this.o.storage.set(key, text) : this.o.storage.delete(key)).catch(() => undefined);
  }

  get #draftPrefix(): string {
    return `${this.o.account}/draft/`;
  }

  async #restore() {
    const { storage, store } = this.o;
    const kept = await storage.list(this.#draftPrefix).catch(() => []);
    const drafts = kept.map(([key, text]) => [key.slice(this.#draftPrefix.length), text as string] as const);
    store.apply({ type: 'drafts', drafts: new Map([...drafts, ...store.state().drafts]) });
    await this.#mirrorOutbox();
  }

  async #mirrorOutbox() {
    const kept = await this.#kept.all().catch(() => null);
    if (!kept) return;
    // A storage takes its time: what was just written must not vanish from the screen because it is
    // not there yet.
    const { unkept, store } = this.o;
    const outgoing = [...kept.filter((o) => !unkept.has(o.clientMessageId)), ...unkept.values()];
    store.apply({ type: 'outbox', outgoing });
  }

  // ------------------------------------------------------------ the owner

  async #own(): Promise<void> {
    const { signal, tokens, store } = this.o;
    if (signal.aborted) return;
    this.#owner = true;
    store.apply();
    this.#cursor = store.state().cursor;
    this.#outbox = this.#makeOutbox();
    this.#outbox.look();
    this.#live = new Live({
      url: this.o.socketUrl,
      webSocket: this.o.webSocket,
      tokens,
      pause: this.#pause,
      signal,
      cursor: () => this.#cursor,
      event: (event) => this.#event(event),
      connected: () => {
        this.#outbox?.hurry();
        this.#setStatus('live');
      },
      disconnected: () => this.#setAway(),
    });
    try {
      while (!signal.aborted) {
        const ending = this.#cursor === null ? await this.#load() : await this.#live.follow();
        if (ending === 'anew') this.#cursor = null;
        if (ending === 'signedOut') await this.#waitSignedOut();
      }
    } finally {
      await this.#outbox.stopped();
      this.#owner = false;
    }
  }

  #makeOutbox(): Outbox {
    const { questions, store, signal } = this.o;
    return new Outbox({
      kept: this.#kept,
      ask: async ({ to, body, video, contactCode, clientMessageId }, ended) => {
        const target = to.startsWith('cnv_') ? { conversationId: to } : { userId: to };
        const answer = await questions.ask(
          SendMessage,
          { input: { to: target, body, video, contactCode, clientMessageId } },
          ({ sendMessage: s }) => (isRefusal(s) ? null : { sent: s.message, conversations: [s.conversation] }),
          ended,
        );
        // The server is there: the socket need not wait to find that out.
        this.#pause.hurry();
        return answer;
      },
      queue: ({ to }) => store.state().conversations.get(to)?.with.id ?? to,
      changed: () => void this.outboxChanged(),
      signal,
    });
  }

  /**
   * The position is read before the rest: what happens in between is then told twice, and never not
   * at all.
   */
  async #load(): Promise<'loaded' | 'signedOut' | 'stopped'> {
    const { http, store, signal, pageSize } = this.o;
    while (!signal.aborted) {
      try {
        const { unread } = await http.ask(Position, {}, signal);
        const start = await http.ask(Start, { first: pageSize }, signal);
        const { cursor, ...counts } = unread;
        const { me, messagingSettings: settings, inbox, requests, hidden, archive } = start;
        const folders = { INBOX: inbox, REQUESTS: requests, HIDDEN: hidden, ARCHIVE: archive };
        store.apply({ type: 'loaded', snapshot: { me, settings, unread: counts, cursor, folders } });
        this.#cursor = cursor;
        this.#share(true);
        return 'loaded';
      } catch (error) {
        if (signal.aborted) break;
        if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') return 'signedOut';
        this.#setAway();
        await this.#pause.wait(signal);
      }
    }
    return 'stopped';
  }

  #event(event: InboxEvent) {
    if (event.__typename === 'Typing') {
      this.#tabs.say({ kind: 'typing', userId: event.userId, said: event.at });
      return this.#typing(event.userId, event.at);
    }
    // The server tells each event once. If that ever fails, once is still what is shown.
    if (event.cursor === this.#cursor) return;
    this.#tabs.say({ kind: 'event', previous: this.#cursor, event });
    this.#cursor = event.cursor;
    this.o.store.soon({ type: 'event', event });
  }

  /** It is in no log and moves no cursor. */
  #typing(userId: string, said: string) {
    this.o.store.soon({ type: 'typing', userId, said, at: Date.now() });
  }

  async #waitSignedOut() {
    this.#setStatus('signedOut');
    const { signal } = this.o;
    await new Promise<void>((resolve) => {
      this.#signedOut = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#signedOut = undefined;
    if (!signal.aborted) this.#setStatus('connecting');
  }

  #setStatus(status: Status) {
    if (this.o.store.state().status === status) return;
    this.o.store.apply({ type: 'status', status });
    this.#tabs.say({ kind: 'status', status });
  }

  #setAway() {
    this.#setStatus(globalThis.navigator?.onLine === false ? 'offline' : 'reconnecting');
  }

  #share(anew: boolean) {
    this.o.store.apply();
    const { me, settings, unread, folders, conversations, users, byUser, cursor, status } = this.o.store.state();
    const shared: Shared = { me, settings, unread, folders, conversations, users, byUser, cursor };
    this.#tabs.say({ kind: 'shared', shared, status, anew });
  }

  // ------------------------------------------------------------ the others

  #heard(message: TabMessage) {
    const { store } = this.o;
    switch (message.kind) {
      case 'outbox':
        this.#outbox?.look();
        return void this.#mirrorOutbox();
      case 'draft':
        return store.apply({ type: 'draft', to: message.to, text: message.text });
      case 'hello':
        // Before it is loaded there is nothing to share; once it is, everybody is told.
        if (this.#owner && this.#cursor !== null) this.#share(false);
        return;
      case 'reconnect':
        if (this.#owner) this.reconnect();
        return;
      case 'status':
        if (!this.#owner) store.apply({ type: 'status', status: message.status });
        return;
      case 'typing':
        if (!this.#owner) this.#typing(message.userId, message.said);
        return;
      case 'shared':
        if (this.#owner) return;
        if (message.anew || this.#cursor !== message.shared.cursor) {
          store.apply({ type: 'shared', shared: message.shared });
          this.#cursor = message.shared.cursor;
        }
        return store.apply({ type: 'status', status: message.status });
      case 'event':
        if (!this.#owner) this.#follow(message.previous, message.event);
    }
  }

  /**
   * One event of the owner's. If it does not follow on the last, something was missed: the owner is
   * asked for the whole.
   */
  #follow(previous: string | null, event: InboxEvent) {
    if (event.cursor === this.#cursor) return;
    if (this.#cursor === null || previous !== this.#cursor) return this.#askForWhole();
    this.#cursor = event.cursor;
    this.o.store.soon({ type: 'event', event });
  }

  /** Asks at most once a second, not for each event of a burst that cannot be used. */
  #askForWhole() {
    if (Date.now() - this.#askedAt < 1000) return;
    this.#askedAt = Date.now();
    this.#tabs.say({ kind: 'hello' });
  }

  // ------------------------------------------------------------ the device

  /** The answer ends the watch. */
  #watchNetwork(): () => void {
    const back = () => this.#owner && this.reconnect();
    const gone = () => this.#owner && this.#setStatus('offline');
    // A page that was frozen may have missed what the owner said.
    const seen = () => !this.#owner && globalThis.document.visibilityState === 'visible' && this.#tabs.say({ kind: 'hello' });
    globalThis.addEventListener?.('online', back);
    globalThis.addEventListener?.('offline', gone);
    globalThis.document?.addEventListener('visibilitychange', seen);
    let last = Date.now();
    const clock = setInterval(() => {
      const now = Date.now();
      // Hidden pages have slow clocks; they look again when they are seen.
      const slept = now - last > sleptMs && globalThis.document?.visibilityState !== 'hidden';
      last = now;
      if (slept) back();
    }, tickMs);
    return () => {
      globalThis.removeEventListener?.('online', back);
      globalThis.removeEventListener?.('offline', gone);
      globalThis.document?.removeEventListener('visibilitychange', seen);
      clearInterval(clock);
    };
  }
}
