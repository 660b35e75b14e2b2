import { createClient } from 'graphql-ws';
import { InboxEvents, type InboxEventsSubscription } from './generated/operations.js';
import type { Pause } from './pause.js';
import type { Tokens } from './token.js';
import type { InboxEvent } from './types.js';

export interface Following {
  url: string;
  tokens: Tokens;
  webSocket: unknown;
  pause: Pause;
  /** The newest cursor that was applied; asked for at each connection. */
  cursor(): string | null;
  event(event: InboxEvent): void;
  connected(): void;
  disconnected(): void;
  signal: AbortSignal;
}

/**
 * Why following ended: the log cannot go on from the cursor and the inbox has to be read anew,
 * neither of two tokens was accepted, or nobody wants it any more.
 */
export type Ending = 'anew' | 'signedOut' | 'stopped';

const pongMs = 5_000;

/**
 * Follows the log until it has a reason to end. Each connection resumes after the last event that
 * was applied, so events arrive once and in order however often the socket breaks. graphql-ws's own
 * retries would repeat the first cursor, so they are off.
 */
export class Live {
  #socket: { terminate(): void } | undefined;
  #planned = false;

  constructor(private readonly following: Following) {}

  /**
   * Gives the connection up and makes another at once: it may be dead without anyone having said
   * so.
   */
  renew() {
    this.#planned = true;
    this.#socket?.terminate();
    this.following.pause.hurry();
  }

  async follow(): Promise<Ending> {
    const { signal, pause, tokens } = this.following;
    let refusals = 0;
    while (!signal.aborted) {
      this.#planned = false;
      const token = await tokens.get(signal).catch(() => undefined);
      if (signal.aborted) break;
      if (token === '') return 'signedOut';
      const end = token === undefined ? 'broken' : await this.#connection(token, () => (refusals = 0));
      if (signal.aborted) break;
      if (end === 'anew') return 'anew';
      if (end === 'refused') {
        if (++refusals > 1) return 'signedOut';
        tokens.refuse(token!);
        continue;
      }
      // Ours to end and about to be back: not worth a word, nor a wait.
      if (this.#planned) continue;
      this.following.disconnected();
      await pause.wait(signal);
    }
    return 'stopped';
  }

  /** One connection, until it ends. */
  async #connection(token: string, accepted: () => void): Promise<'anew' | 'refused' | 'broken'> {
    const { url, webSocket, signal, tokens, pause } = this.following;
    let pong: ReturnType<typeof setTimeout> | undefined;
    let expiry: ReturnType<typeof setTimeout> | undefined;
    const client = createClient({
      url,
      webSocketImpl: webSocket,
      connectionParams: { Authorization: `Bearer ${token}` },
      retryAttempts: 0,
      connectionAckWaitTimeout: 10_000,
      keepAlive: 15_000,
      on: {
        connected: () => {
          accepted();
          pause.reset();
          const freshMs = tokens.freshForMs();
          // A timer holds 31 bits. Replaced before the server ends it, the connection is missed by
          // nobody.
          const replace = () => {
            // By its own clock the timer may come a moment early, when the token still counts as
            // fresh.
            tokens.refuse(token);
            this.renew();
          };
          if (freshMs < 2 ** 31) expiry = setTimeout(replace, Math.max(freshMs, 0));
          this.following.connected();
        },
        // A socket that does not answer is dead, whatever the network says.
        ping(received) {
          if (!received) pong = setTimeout(() => client.terminate(), pongMs);
        },
        pong: () => clearTimeout(pong),
      },
    });
    this.#socket = client;
    const stop = () => void client.dispose();
    signal.addEventListener('abort', stop);
    try {
      const variables = { after: this.following.cursor() };
      for await (const { data, errors } of client.iterate<InboxEventsSubscription>({ query: InboxEvents, variables })) {
        if (errors) return endOf(errors);
        const event = data!.inboxEvents;
        if (event.__typename === 'InboxReset') return 'anew';
        this.following.event(event);
      }
    } catch (error) {
      return endOf(error);
    } finally {
      clearTimeout(pong);
      clearTimeout(expiry);
      this.#socket = undefined;
      signal.removeEventListener('abort', stop);
      stop();
    }
    return 'broken';
  }
}

/** A socket's close event, a list of GraphQL errors, or whatever else ended a connection. */
function endOf(error: unknown): 'anew' | 'refused' | 'broken' {
  if (Array.isArray(error)) {
    const codes = error.map((e: { extensions?: { code?: string } }) => e.extensions?.code);
    if (codes.includes('INVALID_CURSOR')) return 'anew';
    return codes.includes('UNAUTHENTICATED') ? 'refused' : 'broken';
  }
  const code = typeof error === 'object' && error && 'code' in error ? error.code : 0;
  return code === 4403 || code === 4401 ? 'refused' : 'broken';
}
