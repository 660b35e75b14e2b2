import type { DenialCode, Refusal } from './types.js';

/** The server was not reached, or did not answer in time. The same request may be made again. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/**
 * The request as a whole was turned down. `code` is one of docs/api.md; expected refusals are
 * Refused instead.
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
 * An expected refusal: nothing was written. `message` is a sentence in English; `code` and `denial`
 * are for programs.
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

export function isRefusal<T extends object>(result: T): result is Extract<T, Refusing> {
  return 'code' in result && 'detail' in result;
}

/** Returns what was achieved, or throws Refused. */
export function achieved<T extends object>(result: T): Exclude<T, Refusing> {
  if (isRefusal(result)) throw new Refused(result as Refusal);
  return result as Exclude<T, Refusing>;
}
