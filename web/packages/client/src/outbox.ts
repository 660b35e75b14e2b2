import { ApiError, isRefusal } from './errors.js';
import type { SendMessageMutation } from './generated/operations.js';
import { Pause } from './pause.js';
import type { Outgoing } from './state.js';
import type { Storage } from './storage.js';
import type { Refusal } from './types.js';

/** The storage of the outbox: a key for each message, in order. */
export class Kept {
  constructor(
    private readonly storage: Storage,
    private readonly prefix: string,
  ) {}

  async all(): Promise<Outgoing[]> {
    const found = await this.storage.list(this.prefix);
    return found.map(([, value]) => value as Outgoing).sort((a, b) => (a.order < b.order ? -1 : 1));
  }

  put(outgoing: Outgoing): Promise<void> {
    return this.storage.set(this.prefix + outgoing.clientMessageId, outgoing);
  }

  async get(clientMessageId: string): Promise<Outgoing | undefined> {
    return (await this.storage.get(this.prefix + clientMessageId)) as Outgoing | undefined;
  }

  remove(clientMessageId: string): Promise<void> {
    return this.storage.delete(this.prefix + clientMessageId);
  }
}

interface Sending {
  kept: Kept;
  ask(outgoing: Outgoing, signal: AbortSignal): Promise<SendMessageMutation>;
  /** The conversation's name for the order: its messages go one after the other. */
  queue(outgoing: Outgoing): string;
  /** Something was removed or has failed. */
  changed(): void;
  signal: AbortSignal;
}

/**
 * Sends what is kept, in order per conversation, and does not give up while the server is away. It
 * runs in one tab only; the clientMessageId makes a retry harmless all the same: what was written
 * before is answered again, not written twice. A message leaves the storage after its answer, so a
 * crash in between asks once more, with the same key.
 */
export class Outbox {
  #busy = new Map<string, Promise<void>>();
  #pauses = new Set<Pause>();
  /** Accepted, but the storage would not let go of them. */
  #done = new Set<string>();
  #again = false;
  #looking: Promise<void> | undefined;

  constructor(private readonly sending: Sending) {}

  /**
   * Something was kept: looks what there is to send. May be called too often without harm, and
   * never too seldom.
   */
  look() {
    this.#again = true;
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
  }

  /** The network may be back: waits no longer. */
  hurry() {
    for (const pause of this.#pauses) pause.hurry();
  }

  /** Resolves when nothing is at work any more. The signal ends it. */
  async stopped() {
    await this.#looking;
    await Promise.all(this.#busy.values());
  }

  async #look() {
    while (this.#again && !this.sending.signal.aborted) {
      this.#again = false;
      for (const outgoing of await this.#waiting()) {
        const queue = this.sending.queue(outgoing);
        if (this.#busy.has(queue)) continue;
        const work = this.#drain(queue).finally(() => {
          this.#busy.delete(queue);
          // A message that was kept while the last one ended must not be forgotten.
          if (!this.sending.signal.aborted) this.look();
        });
        this.#busy.set(queue, work);
      }
    }
  }

  /** A storage that cannot be read has nothing to send: the next look tries again. */
  async #waiting(): Promise<Outgoing[]> {
    const all = await this.sending.kept.all().catch(() => []);
    return all.filter((o) => !o.failure && !this.#done.has(o.clientMessageId));
  }

  async #drain(queue: string) {
    const { signal } = this.sending;
    let delivered = true;
    while (delivered && !signal.aborted) {
      delivered = false;
      const next = (await this.#waiting()).find((o) => this.sending.queue(o) === queue);
      if (next) delivered = await this.#deliver(next);
    }
  }

  /** True once it is out of the way. */
  async #deliver(outgoing: Outgoing): Promise<boolean> {
    const { kept, signal } = this.sending;
    const pause = new Pause(400, 10_000);
    this.#pauses.add(pause);
    try {
      for (;;) {
        let retryAfterMs = 0;
        try {
          const { sendMessage } = await this.sending.ask(outgoing, signal);
          if (!isRefusal(sendMessage)) {
            await kept.remove(outgoing.clientMessageId).catch(() => this.#done.add(outgoing.clientMessageId));
            this.sending.changed();
            return true;
          }
          if (sendMessage.code !== 'RATE_LIMITED') {
            return await this.#fail(outgoing, sendMessage);
          }
          retryAfterMs = 'retryAfterSeconds' in sendMessage ? 1000 * sendMessage.retryAfterSeconds : 1000;
        } catch (error) {
          if (signal.aborted) return false;
          if (error instanceof ApiError && isFinal(error.code)) {
            return await this.#fail(outgoing, { code: error.code, detail: error.message });
          }
        }
        await pause.wait(signal, retryAfterMs);
        if (signal.aborted) return false;
        // Taken back meanwhile.
        if (!(await kept.get(outgoing.clientMessageId).catch(() => outgoing))) return true;
      }
    } finally {
      this.#pauses.delete(pause);
    }
  }

  async #fail(outgoing: Outgoing, failure: Refusal): Promise<boolean> {
    const { kept } = this.sending;
    const { clientMessageId } = outgoing;
    // The failure is not kept when the message was taken back meanwhile: it would come back as a
    // failure that nobody asked about.
    if (await kept.get(clientMessageId).catch(() => outgoing)) {
      await kept.put({ ...outgoing, failure }).catch(() => this.#done.add(clientMessageId));
    }
    this.sending.changed();
    return true;
  }
}

/**
 * The same request can only be refused again. A user who is not signed in now may be later; the
 * server's own trouble passes.
 */
function isFinal(code: string): boolean {
  return !['INTERNAL', 'UNAUTHENTICATED', 'RATE_LIMITED', ''].includes(code);
}
