import { Api, ApiError } from '../api/api';
import * as documents from '../api/documents';
import { isRefusal, type Conversation, type Message, type Refusal } from '../api/types';
import { Pause } from './pause';
import type { Outgoing } from './state';

export interface Sent {
  message: Message;
  conversation: Conversation;
}

interface Outcome {
  sent(result: Sent): void;
  refused(outgoing: Outgoing, why: Refusal): void;
}

/**
 * Sends messages, in order per person, and does not give up while the server is away. The clientMessageId makes a
 * retry harmless: what had been written before is answered again, not written twice.
 */
export class Outbox {
  #queues = new Map<string, Outgoing[]>();

  constructor(
    private readonly api: Api,
    private readonly outcome: Outcome,
    private readonly signal: AbortSignal,
  ) {}

  add(outgoing: Outgoing) {
    const queue = this.#queues.get(outgoing.to);
    if (queue) {
      queue.push(outgoing);
    } else {
      this.#queues.set(outgoing.to, [outgoing]);
      void this.#drain(outgoing.to);
    }
  }

  async #drain(to: string) {
    const queue = this.#queues.get(to)!;
    for (let next = queue[0]; next && !this.signal.aborted; next = queue[0]) {
      await this.#deliver(next);
      queue.shift();
    }
    this.#queues.delete(to);
  }

  async #deliver(outgoing: Outgoing) {
    const { to, body, video, clientMessageId } = outgoing;
    const input = { toUserId: to, body, video, clientMessageId };
    const pause = new Pause();
    while (!this.signal.aborted) {
      let retryAfter = 0;
      try {
        type Answer = { sendMessage: Sent | Refusal };
        const { sendMessage } = await this.api.ask<Answer>(documents.sendMessage, { input }, this.signal);
        if (!isRefusal(sendMessage)) return this.outcome.sent(sendMessage);
        if (sendMessage.code !== 'RATE_LIMITED') return this.outcome.refused(outgoing, sendMessage);
        retryAfter = 1000 * (sendMessage.retryAfterSeconds ?? 1);
      } catch (error) {
        if (error instanceof ApiError && error.code !== 'INTERNAL') {
          return this.outcome.refused(outgoing, { code: error.code, reason: error.message });
        }
      }
      await pause.wait(this.signal, retryAfter);
    }
  }
}
