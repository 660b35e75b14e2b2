/**
 * Waits a growing, uneven while, so that clients do not come back all at once. `hurry` ends every
 * wait at once.
 */
export class Pause {
  #attempt = 0;
  #waiting = new Set<() => void>();

  constructor(
    private readonly firstMs = 400,
    private readonly longestMs = 15_000,
  ) {}

  reset() {
    this.#attempt = 0;
  }

  hurry() {
    this.#attempt = 0;
    for (const done of [...this.#waiting]) done();
  }

  async wait(signal: AbortSignal, atLeastMs = 0): Promise<void> {
    if (signal.aborted) return;
    const ceiling = Math.min(this.longestMs, this.firstMs * 2 ** Math.min(this.#attempt++, 20));
    const ms = Math.max(atLeastMs, ceiling * (0.5 + Math.random() / 2));
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }
}
