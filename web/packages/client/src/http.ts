import { ApiError, Unreachable } from './errors.js';
import type { Operation } from './generated/operations.js';
import type { Tokens } from './token.js';

const patienceMs = 10_000;

interface Answer<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/**
 * Queries and mutations. A token that is not accepted is replaced once, and the request made again.
 */
export class Http {
  constructor(
    private readonly url: string,
    private readonly tokens: Tokens,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  /** Throws Unreachable or ApiError; an ended signal throws its own reason. */
  ask<T, V>(operation: Operation<T, V>, variables: V, signal?: AbortSignal): Promise<T> {
    return this.#accepted((token) => this.#once(operation, variables, token, signal), signal);
  }

  /**
   * A file that lies beside the API, by its path. It may be large: it takes the time that it takes.
   */
  file(path: string, signal?: AbortSignal): Promise<Blob> {
    return this.#accepted(async (token) => {
      try {
        const headers = { authorization: `Bearer ${token}` };
        const response = await this.fetch(new URL(path, this.url), { headers, ...(signal && { signal }) });
        if (response.status === 401) throw new ApiError('UNAUTHENTICATED', 'The token is not accepted.');
        if (response.status < 500 && !response.ok) throw new ApiError('NOT_FOUND', `HTTP ${response.status}`);
        if (!response.ok) throw new Unreachable(`HTTP ${response.status}`);
        return await response.blob();
      } catch (error) {
        signal?.throwIfAborted();
        throw error instanceof ApiError ? error : new Unreachable(String(error));
      }
    }, signal);
  }

  async #accepted<T>(work: (token: string) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const first = await this.#token(signal);
    try {
      return await work(first);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'UNAUTHENTICATED') throw error;
      this.tokens.refuse(first);
      const second = await this.#token(signal);
      if (second === first) throw error;
      return await work(second);
    }
  }

  async #token(signal?: AbortSignal): Promise<string> {
    let token: string;
    try {
      token = await this.tokens.get(signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw new Unreachable(`no token: ${String(error)}`);
    }
    if (!token) throw new ApiError('UNAUTHENTICATED', 'Nobody is signed in.');
    return token;
  }

  async #once<T, V>(query: Operation<T, V>, variables: V, token: string, signal?: AbortSignal): Promise<T> {
    const timeout = AbortSignal.timeout(patienceMs);
    let response: Response;
    let answer: Answer<T>;
    try {
      response = await this.fetch(this.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      answer = (await response.json()) as Answer<T>;
    } catch (error) {
      signal?.throwIfAborted();
      throw new Unreachable(String(error));
    }
    const error = answer.errors?.[0];
    // A server that stops is away like any other.
    if (error?.extensions?.code === 'SHUTTING_DOWN') throw new Unreachable(error.message);
    if (error) throw new ApiError(error.extensions?.code ?? '', error.message);
    if (!response.ok || !answer.data) throw new Unreachable(`HTTP ${response.status}`);
    return answer.data;
  }
}
