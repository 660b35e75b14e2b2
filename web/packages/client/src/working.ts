import type { Shared } from './actions.js';
import { emptyState, type Listing, type State } from './state.js';
import type { Conversation, Folder } from './types.js';

type Maps = 'conversations' | 'users' | 'byUser' | 'threads' | 'drafts' | 'typing' | 'touched' | 'removed';
type Owned<K extends Maps> = State[K] extends ReadonlyMap<infer Key, infer Value> ? Map<Key, Value> : never;

/**
 * A State in the making: each part is copied once, when it is first changed, so that a batch of a
 * thousand events costs one copy and the State that it began with stays as it was.
 */
export class Working {
  state: State;
  #own = new Set<unknown>();

  constructor(state: State) {
    this.state = state;
  }

  set<K extends keyof State>(key: K, value: State[K]) {
    if (this.state[key] !== value) this.state = { ...this.state, [key]: value };
  }

  own<K extends Maps>(key: K): Owned<K> {
    if (!this.#own.has(this.state[key])) {
      const copy = new Map(this.state[key] as ReadonlyMap<string, never>);
      this.#own.add(copy);
      this.state = { ...this.state, [key]: copy };
    }
    return this.state[key] as unknown as Owned<K>;
  }

  ownListing(folder: Folder): Conversation[] {
    const listing = this.state.folders[folder];
    if (!this.#own.has(listing.conversations)) {
      const conversations = [...listing.conversations];
      this.#own.add(conversations);
      this.setListing(folder, { ...listing, conversations });
    }
    return this.state.folders[folder].conversations as Conversation[];
  }

  setListing(folder: Folder, listing: Listing) {
    this.set('folders', { ...this.state.folders, [folder]: listing });
  }

  tick() {
    this.set('tick', this.state.tick + 1);
  }

  /** Notes a change, for the answers to questions that are on their way. */
  touch(key: string) {
    if (this.state.open > 0) this.own('touched').set(key, this.state.tick);
  }

  touchedSince(key: string, tick: number): boolean {
    return (this.state.touched.get(key) ?? 0) > tick;
  }

  forget() {
    if (this.state.touched.size > 0) this.set('touched', emptyState.touched);
    if (this.state.removed.size > 0) this.set('removed', emptyState.removed);
  }

  /** Empties what the server tells, to begin anew. */
  clearInbox() {
    this.tick();
    const { conversations, users, byUser, folders } = emptyState;
    this.state = { ...this.state, conversations, users, byUser, folders, loadedAt: this.state.tick };
  }

  adopt(shared: Shared) {
    const { me, settings, unread, folders, conversations, users, byUser, cursor } = shared;
    this.state = { ...this.state, me, settings, unread, folders, conversations, users, byUser, cursor };
  }
}
