import type { Answer } from './actions.js';
import type { Operation } from './generated/operations.js';
import type { Http } from './http.js';
import type { Store } from './store.js';

/**
 * Asks the server and lets the answer into the state, in the order in which things were true (see
 * `reduce`).
 */
export class Questions {
  #underway = new Map<string, Promise<unknown>>();

  constructor(
    private readonly http: Http,
    private readonly store: Store,
  ) {}

  /** `read` may throw, as for a refusal: the state then stays as it was. */
  async ask<T, V>(
    operation: Operation<T, V>,
    variables: V,
    read: (data: T) => Answer | null,
    signal?: AbortSignal,
  ): Promise<T> {
    this.store.apply();
    const { tick } = this.store.state();
    this.store.apply({ type: 'asked' });
    let answer: Answer | null = null;
    try {
      const data = await this.http.ask(operation, variables, signal);
      answer = read(data);
      return data;
    } finally {
      this.store.apply({ type: 'answered', tick, answer });
    }
  }

  /** The same work asked for while it is under way, is done once. */
  once<T>(name: string, work: () => Promise<T>): Promise<T> {
    const underway = this.#underway.get(name) as Promise<T> | undefined;
    if (underway) return underway;
    const begun = work().finally(() => this.#underway.delete(name));
    this.#underway.set(name, begun);
    return begun;
  }
}
