import { createClient } from 'graphql-ws';
import { inboxEvents } from '../api/documents';
import { socketUrl } from '../api/endpoint';
import type { InboxEvent } from '../api/types';
import { Pause } from './pause';

interface Follower {
  token: string;
  /** The newest cursor that was applied; asked for at each connection. */
  cursor(): string | null;
  event(event: InboxEvent): void;
  connected(): void;
  disconnected(): void;
  signal: AbortSignal;
}

/** Why following ended: the log cannot go on from the cursor, the token is not accepted, or nobody wants it. */
export type Ending = 'anew' | 'signed out' | 'stopped';

/**
 * Follows the log until it has a reason to end. Each connection resumes after the last event that was applied, so
 * events arrive once and in order however often the socket breaks. graphql-ws's own retries would repeat the first
 * cursor, so they are off.
 */
export async function follow(follower: Follower): Promise<Ending> {
  const pause = new Pause();
  while (!follower.signal.aborted) {
    const ending = await connection(follower, () => pause.reset());
    if (ending) return ending;
    follower.disconnected();
    await pause.wait(follower.signal);
  }
  return 'stopped';
}

/** One connection. Undefined when it broke and another may do better. */
async function connection(follower: Follower, established: () => void): Promise<Ending | undefined> {
  let pong: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: socketUrl(),
    connectionParams: { Authorization: `Bearer ${follower.token}` },
    retryAttempts: 0,
    connectionAckWaitTimeout: 10_000,
    keepAlive: 15_000,
    on: {
      connected() {
        established();
        follower.connected();
      },
      // A socket that does not answer is dead, whatever the network says.
      ping(received) {
        if (!received) pong = setTimeout(() => client.terminate(), 5_000);
      },
      pong: () => clearTimeout(pong),
    },
  });
  const stop = () => void client.dispose();
  follower.signal.addEventListener('abort', stop);
  try {
    const results = client.iterate<{ inboxEvents: InboxEvent }>({
      query: inboxEvents,
      variables: { after: follower.cursor() },
    });
    for await (const { data, errors } of results) {
      if (errors) return endingOf(errors);
      const event = data!.inboxEvents;
      if (event.__typename === 'InboxReset') return 'anew';
      follower.event(event);
    }
  } catch (error) {
    return endingOf(error);
  } finally {
    clearTimeout(pong);
    follower.signal.removeEventListener('abort', stop);
    stop();
  }
  return undefined;
}

function endingOf(error: unknown): Ending | undefined {
  if (error instanceof CloseEvent) {
    return error.code === 4401 || error.code === 4403 ? 'signed out' : undefined;
  }
  if (Array.isArray(error)) {
    const codes = error.map((e) => e.extensions?.code);
    if (codes.includes('INVALID_CURSOR')) return 'anew';
    if (codes.includes('UNAUTHENTICATED')) return 'signed out';
  }
  return undefined;
}
