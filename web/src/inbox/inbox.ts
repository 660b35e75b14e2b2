import { Api, ApiError } from '../api/api';
import * as documents from '../api/documents';
import {
  isRefusal,
  type Audience,
  type Conversation,
  type Folder,
  type Message,
  type Page,
  type Refusal,
  type Relation,
  type Route,
  type Settings,
  type SettingsChange,
  type Standing,
  type VideoCard,
} from '../api/types';
import { follow } from './live';
import { Outbox } from './outbox';
import { Pause } from './pause';
import * as states from './state';
import type { Outgoing, Start, State } from './state';

const folders: Folder[] = ['INBOX', 'REQUESTS', 'HIDDEN', 'ARCHIVE'];
const pageSize = 30;

export type EdgeChange = keyof typeof documents.edges;

/** An expected refusal. Its code and denial say why; its message says so in English. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.reason);
  }
}

/** One person's inbox, kept live between start and stop. Everything on screen comes from its state. */
export class Inbox {
  #state: State = states.emptyState;
  #listeners = new Set<() => void>();
  #outbox: Outbox | undefined;

  constructor(private readonly api: Api) {}

  readonly state = () => this.#state;

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(state: State) {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  /** Starts to follow; the answer stops it. */
  start(): () => void {
    const abort = new AbortController();
    this.#outbox = new Outbox(
      this.api,
      {
        sent: ({ message, conversation }) =>
          this.#set(states.withMessage(states.withConversation(this.#state, conversation), message)),
        refused: (outgoing, why) => this.#setOutgoing(outgoing, { ...outgoing, refused: why }),
      },
      abort.signal,
    );
    for (const outgoing of this.#state.outgoing) if (!outgoing.refused) this.#outbox.add(outgoing);
    void this.#run(abort.signal);
    return () => abort.abort();
  }

  async #run(signal: AbortSignal) {
    const pause = new Pause();
    while (!signal.aborted) {
      try {
        await this.#load(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') return this.#connection('signed out');
        this.#connection('reconnecting');
        await pause.wait(signal);
        continue;
      }
      pause.reset();
      const ending = await follow({
        token: this.api.token,
        signal,
        cursor: () => this.#state.cursor,
        event: (event) => this.#set(states.withEvent(this.#state, event)),
        connected: () => this.#connection('live'),
        disconnected: () => !signal.aborted && this.#connection('reconnecting'),
      });
      if (ending === 'signed out') return this.#connection('signed out');
    }
  }

  #connection(connection: states.Connection) {
    if (connection !== this.#state.connection) this.#set({ ...this.#state, connection });
  }

  /** The cursor is read before the lists: what happens in between is then told twice, and never not at all. */
  async #load(signal: AbortSignal) {
    const start = await this.api.ask<Start>(documents.start, {}, signal);
    const pages = await Promise.all(folders.map((folder) => this.#folderPage(folder, null, signal)));
    let next = states.withStart(this.#state, start);
    folders.forEach((folder, i) => (next = states.withFolder(next, folder, pages[i]!)));
    this.#set(next);
  }

  async #folderPage(folder: Folder, after: string | null, signal?: AbortSignal): Promise<Page<Conversation>> {
    type Answer = { inbox: Page<Conversation> };
    const answer = await this.api.ask<Answer>(documents.inbox, { folder, first: pageSize, after }, signal);
    return answer.inbox;
  }

  async moreConversations(folder: Folder) {
    const { next } = this.#state.folders[folder];
    if (next) this.#set(states.withFolder(this.#state, folder, await this.#folderPage(folder, next)));
  }

  /** Reads the newest messages the first time, older ones after that. */
  async moreMessages(id: string) {
    const thread = this.#state.threads.get(id);
    if (thread?.loaded && !thread.next) return;
    type Answer = { conversation: { messages: Page<Message> } | null };
    const variables = { id, first: pageSize, after: thread?.loaded ? thread.next : null };
    const { conversation } = await this.api.ask<Answer>(documents.messages, variables);
    if (conversation) this.#set(states.withMessages(this.#state, id, conversation.messages));
  }

  // ------------------------------------------------------------ people

  /** How the viewer stands to someone now. Null when there is nobody with this id. */
  async person(id: string): Promise<Standing | null> {
    type Answer = { user: Standing | null; conversationWith: Conversation | null };
    const { user, conversationWith } = await this.api.ask<Answer>(documents.person, { id });
    if (conversationWith && !this.#state.conversations.has(conversationWith.id)) {
      this.#set(states.withConversation(this.#state, conversationWith));
    }
    return user;
  }

  async search(query: string, signal: AbortSignal): Promise<Standing[]> {
    if (query.trim() === '') {
      const { suggestedFriends } = await this.api.ask<{ suggestedFriends: Page<Standing> }>(
        documents.suggestions,
        {},
        signal,
      );
      return suggestedFriends.nodes;
    }
    const { searchUsers } = await this.api.ask<{ searchUsers: Page<Standing> }>(documents.search, { query }, signal);
    return searchUsers.nodes;
  }

  /** People whom the viewer has blocked, newest first. */
  async blocked(after: string | null, signal: AbortSignal): Promise<Page<Standing>> {
    type Answer = { blockedUsers: Page<Standing> };
    return (await this.api.ask<Answer>(documents.blockedUsers, { after }, signal)).blockedUsers;
  }

  /** The viewer's last changes of settings, newest first. */
  async history(signal: AbortSignal): Promise<SettingsChange[]> {
    type Answer = { settingsHistory: SettingsChange[] };
    return (await this.api.ask<Answer>(documents.settingsHistory, {}, signal)).settingsHistory;
  }

  async changeEdge(change: EdgeChange, id: string): Promise<Standing> {
    const { user } = await this.#change<{ user: Standing }>(change, documents.edges[change], { id });
    this.#set(states.withUser(this.#state, user));
    return user;
  }

  // ------------------------------------------------------------ messages

  send(to: string, body: string, video: VideoCard | null) {
    const clientMessageId = crypto.randomUUID();
    const outgoing: Outgoing = { clientMessageId, to, body, video, at: new Date().toISOString(), refused: null };
    this.#set({ ...this.#state, outgoing: [...this.#state.outgoing, outgoing] });
    this.#outbox?.add(outgoing);
  }

  retry(outgoing: Outgoing) {
    const again = { ...outgoing, refused: null };
    this.#setOutgoing(outgoing, again);
    this.#outbox?.add(again);
  }

  discard(outgoing: Outgoing) {
    this.#setOutgoing(outgoing);
  }

  #setOutgoing(old: Outgoing, ...replacement: Outgoing[]) {
    const outgoing = this.#state.outgoing.flatMap((o) =>
      o.clientMessageId === old.clientMessageId ? replacement : [o],
    );
    this.#set({ ...this.#state, outgoing });
  }

  async markRead(id: string, upToSeq: number) {
    await this.#changeConversation('markRead', { id, upToSeq });
  }

  async mute(id: string, muted: boolean) {
    await this.#changeConversation('muteConversation', { id, muted });
  }

  async archive(id: string, archived: boolean) {
    await this.#changeConversation('archiveConversation', { id, archived });
  }

  // ------------------------------------------------------------ requests and settings

  async accept(id: string) {
    await this.#changeConversation('acceptRequest', { id });
  }

  async decline(ids: string[]) {
    type Success = { declined: string[] };
    const { declined } = await this.#change<Success>('declineRequests', documents.declineRequests, { ids });
    this.#set(states.withoutConversations(this.#state, declined));
  }

  async setWhoCanMessageMe(audience: Audience, routes?: { relation: Relation; route: Route }[]) {
    await this.#changeSettings('setWhoCanMessageMe', { input: { audience, routes } });
  }

  async setReadReceipts(on: boolean) {
    await this.#changeSettings('setReadReceipts', { on });
  }

  async #changeSettings(name: 'setWhoCanMessageMe' | 'setReadReceipts', variables: Record<string, unknown>) {
    const { settings } = await this.#change<{ settings: Settings }>(name, documents[name], variables);
    this.#set({ ...this.#state, settings });
  }

  async #changeConversation(name: keyof typeof documents.conversationChanges, variables: Record<string, unknown>) {
    const document = documents.conversationChanges[name];
    const { conversation } = await this.#change<{ conversation: Conversation }>(name, document, variables);
    this.#set(states.withConversation(this.#state, conversation));
  }

  async #change<T extends object>(name: string, document: string, variables: Record<string, unknown>): Promise<T> {
    const answer = await this.api.ask<Record<string, T | Refusal>>(document, variables);
    const result = answer[name]!;
    if (isRefusal(result)) throw new Refused(result);
    return result;
  }
}
