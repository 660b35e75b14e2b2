import type { Answer } from './actions.js';
import { Messages as Query } from './generated/operations.js';
import { Pause } from './pause.js';
import type { Questions } from './questions.js';
import type { State, Thread } from './state.js';
import type { Store } from './store.js';

type Given = NonNullable<Answer['messages']>;
type Where = Given extends infer G ? (G extends { id: string; page: unknown } ? Omit<G, 'id' | 'page'> : never) : never;

/** Beyond so many missed messages the newest are read instead of all in between. */
const worthFilling = 200;

/**
 * Reads the windows of messages (`State.threads`): one per conversation, without gaps. A window
 * that reaches to the newest message grows by what arrives; if something was missed, it is filled
 * by itself.
 */
export class Messages {
  #healing = new Set<string>();

  constructor(
    private readonly questions: Questions,
    private readonly store: Store,
    private readonly pageSize: number,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Opens a conversation at its newest messages. Again, it does nothing but keep the window from
   * being given up.
   */
  async open(id: string): Promise<void> {
    this.store.apply({ type: 'opened', id });
    // Twice, where the first answer belonged to a window that was gone by then.
    for (let tries = 0; tries < 2 && this.#thread(id)?.loaded === false; tries++) await this.newest(id);
  }

  /** The newest messages, from wherever the window was. */
  newest(id: string): Promise<void> {
    return this.#read(id, null, { where: 'newest' });
  }

  /**
   * The messages around a place, as the first unread one. They replace a window that they do not
   * meet.
   */
  around(id: string, seq: number): Promise<void> {
    return this.#read(id, Math.max(1, seq) + Math.ceil(this.pageSize / 2), { where: 'around' });
  }

  /** One more page of older messages, if there are any. */
  async before(id: string): Promise<void> {
    const thread = this.#thread(id);
    const first = thread?.messages[0]?.seq;
    if (thread?.loaded && thread.before && first !== undefined) await this.#read(id, first, { where: 'before' });
  }

  /** One more page of newer messages, if there are any. */
  async after(id: string): Promise<void> {
    const thread = this.#thread(id);
    if (!thread?.loaded || !thread.after) return;
    const from = thread.messages.at(-1)?.seq;
    if (from === undefined) return this.newest(id);
    await this.#read(id, from + 1 + this.pageSize, { where: 'after', from, newest: thread.newest });
  }

  #thread(id: string): Thread | undefined {
    return this.store.state().threads.get(id);
  }

  #read(id: string, beforeSeq: number | null, where: Where): Promise<void> {
    return this.questions.once(`messages ${id} ${where.where} ${beforeSeq}`, async () => {
      this.store.apply({ type: 'opened', id });
      await this.questions.ask(
        Query,
        { id, first: this.pageSize, beforeSeq },
        ({ conversation }) => {
          if (!conversation) return { removed: [id] };
          const { messages, ...rest } = conversation;
          const page = { nodes: messages.nodes, more: messages.pageInfo.hasNextPage, beforeSeq, asked: this.pageSize };
          return { conversations: [rest], messages: { id, page, ...where } };
        },
        this.signal,
      );
    });
  }

  /**
   * Called after every change: fills a window that reached to the newest message and now has
   * something missing there.
   */
  heal(before: State, after: State) {
    if (before.threads === after.threads) return;
    for (const [id, thread] of after.threads) {
      const was = before.threads.get(id);
      const cut = was?.loaded && !was.after && thread.after && was.messages.at(-1) === thread.messages.at(-1);
      if ((cut || (thread.stale && !was?.stale)) && !this.#healing.has(id)) void this.#heal(id);
    }
  }

  async #heal(id: string) {
    this.#healing.add(id);
    const pause = new Pause();
    try {
      for (let left = worthFilling; !this.signal.aborted && this.#thread(id)?.after; left -= this.pageSize) {
        try {
          await (left > 0 && !this.#thread(id)?.stale ? this.after(id) : this.newest(id));
        } catch {
          await pause.wait(this.signal);
        }
      }
    } finally {
      this.#healing.delete(id);
    }
  }
}
