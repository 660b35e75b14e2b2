import { graphqlPath } from './endpoint';

/** The server was not reached, or did not answer in time: the same request may be tried again. */
export class Unreachable extends Error {}

/** The request as a whole was turned down; expected refusals are data and never this. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const patienceMs = 10_000;

export class Api {
  constructor(readonly token: string) {}

  /** Throws Unreachable or ApiError; an ended signal throws its own reason. */
  async ask<T>(query: string, variables: Record<string, unknown> = {}, signal?: AbortSignal): Promise<T> {
    const timeout = AbortSignal.timeout(patienceMs);
    let response: Response;
    let answer: { data?: T; errors?: { message: string; extensions?: { code?: string } }[] };
    try {
      response = await fetch(graphqlPath, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
        body: JSON.stringify({ query, variables }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      answer = await response.json();
    } catch (error) {
      signal?.throwIfAborted();
      throw new Unreachable(String(error));
    }
    const [error] = answer.errors ?? [];
    if (error) throw new ApiError(error.extensions?.code ?? '', error.message);
    if (!response.ok || !answer.data) throw new Unreachable(`HTTP ${response.status}`);
    return answer.data;
  }
}
