import type { DenialCode, Refusal } from './types.js';

/** The server was not reached, or did not answer in time. The same request may be made again. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/**
 * The server rejected the whole request. `code` is one of docs/api.md. Expected refusals are
 * Refused.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * An expected refusal: the server wrote nothing. `message` is English text for people; `code` and
 * `denial` are for programs.
 */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  readonly denial: DenialCode | null;
  readonly field: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(readonly refusal: Refusal) {
    super(refusal.detail);
    this.code = refusal.code;
    this.denial = refusal.denial ?? null;
    this.field = refusal.field ?? null;
    this.retryAfterSeconds = refusal.retryAfterSeconds ?? null;
  }
}

type Refusing = { code: string; detail: string };

/** Reports whether a result of a mutation is a refusal. */
export function isRefusal<T extends object>(result: T): result is Extract<T, Refusing> {
  return 'code' in result && 'detail' in result;
}

/** Returns the success of a mutation. Throws Refused for a refusal. */
export function achieved<T extends object>(result: T): Exclude<T, Refusing> {
  if (isRefusal(result)) throw new Refused(result as Refusal);
  return result as Exclude<T, Refusing>;
}
