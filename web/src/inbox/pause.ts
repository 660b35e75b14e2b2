/** Waits a growing, uneven while, so that clients do not come back all at once. Being online again ends it early. */
export class Pause {
  #attempt = 0;

  reset() {
    this.#attempt = 0;
  }

  async wait(signal: AbortSignal, atLeastMs = 0): Promise<void> {
    const ceiling = Math.min(10_000, 400 * 2 ** this.#attempt++);
    const ms = Math.max(atLeastMs, ceiling * (0.5 + Math.random() / 2));
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        removeEventListener('online', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      addEventListener('online', done);
    });
  }
}
