import type { Action } from './actions.js';
import { reduce } from './reduce.js';
import { emptyState, type State } from './state.js';

/** One part of the state, for useSyncExternalStore or by hand. */
export interface Selection<T> {
  get(): T;
  /** Calls when the part has changed; the answer ends that. */
  subscribe(listener: () => void): () => void;
}

const burstMs = 16;

/**
 * Holds the one State and tells who listens. A burst of events, as after a long sleep, is applied
 * and told at once.
 */
export class Store {
  #state: State = emptyState;
  #listeners = new Set<() => void>();
  #queue: Action[] = [];
  #flushing: ReturnType<typeof setTimeout> | undefined;
  #lastFlush = 0;

  constructor(private readonly changed: (before: State, after: State) => void) {}

  readonly state = (): State => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  select<T>(selector: (state: State) => T, same: (a: T, b: T) => boolean = Object.is): Selection<T> {
    let from = this.#state;
    let value = selector(from);
    const get = () => {
      if (from === this.#state) return value;
      from = this.#state;
      const next = selector(from);
      if (!same(value, next)) value = next;
      return value;
    };
    const subscribe = (listener: () => void) => {
      let told = get();
      return this.subscribe(() => {
        const now = get();
        if (now === told) return;
        told = now;
        listener();
      });
    };
    return { get, subscribe };
  }

  /** Applies now, after whatever waits. */
  apply(...actions: Action[]) {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    const all = this.#queue.length > 0 ? [...this.#queue, ...actions] : actions;
    this.#queue = [];
    if (all.length === 0) return;
    this.#lastFlush = Date.now();
    const before = this.#state;
    this.#state = reduce(before, all);
    // That something was asked is nothing to see.
    if (this.#state === before || all.every((a) => a.type === 'asked')) return;
    this.changed(before, this.#state);
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * Applies now or, in a burst, together with those that follow within a moment. The order is kept.
   */
  soon(action: Action) {
    this.#queue.push(action);
    if (this.#flushing !== undefined) return;
    if (Date.now() - this.#lastFlush > burstMs) this.apply();
    else this.#flushing = setTimeout(() => this.apply(), burstMs);
  }
}
