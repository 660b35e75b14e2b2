/**
 * Gives a token that the server accepts: newly made, or refreshed. An empty one means: nobody is
 * signed in.
 */
export type TokenSource = () => Promise<string> | string;

/** Keeps one token until shortly before it ends. Asked by many at once, it asks the source once. */
export class Tokens {
  #token: string | undefined;
  #staleAt = Infinity;
  #asking: Promise<string> | undefined;

  constructor(private readonly source: TokenSource) {}

  /**
   * Fails as the source fails, and when the signal ends: a source that never answers holds up
   * nobody who leaves.
   */
  async get(signal?: AbortSignal): Promise<string> {
    if (this.#token !== undefined && Date.now() < this.#staleAt) return this.#token;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return signal ? unlessAborted(this.#asking, signal) : this.#asking;
  }

  /** The server did not accept this token: the next one is asked for. A newer one stays. */
  refuse(token: string) {
    if (token === this.#token) this.#token = undefined;
  }

  /** Milliseconds until the kept token wants to be replaced; Infinity when it does not say. */
  freshForMs(): number {
    return this.#staleAt - Date.now();
  }

  async #ask(): Promise<string> {
    const token = await this.source();
    this.#token = token;
    this.#staleAt = staleAt(token, Date.now());
    return token;
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let leave!: () => void;
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave);
  });
  try {
    return await Promise.race([work, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/**
 * A fifth of what is left before the end, at most 30 seconds: time to ask for the next one and to
 * connect with it.
 */
function staleAt(token: string, now: number): number {
  const { exp } = claims(token);
  if (typeof exp !== 'number') return Infinity;
  const left = exp * 1000 - now;
  // A token that has ended already, by this clock, may be fine by the server's: let the server say.
  return left <= 0 ? Infinity : now + left - Math.min(30_000, left / 5);
}

/** Returns the unverified claims of a JWT; an empty object for a token of another kind. */
export function claims(token: string): { exp?: unknown; sub?: unknown } {
  try {
    const bytes = Uint8Array.from(atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof parsed === 'object' && parsed ? parsed : {};
  } catch {
    return {};
  }
}
