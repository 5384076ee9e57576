/**
 * Simulated time: what is to happen, in order of time. A run depends on nothing but what is put in. Times are
 * milliseconds since the epoch.
 */
export class Clock {
  readonly #events: { readonly at: number; readonly n: number; readonly happen: () => void }[] = [];
  #now: number;
  #n = 0;

  constructor(now: number) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  at(time: number, happen: () => void): void {
    this.#events.push({ at: Math.max(time, this.#now), n: (this.#n += 1), happen });
  }

  after(ms: number, happen: () => void): void {
    this.at(this.#now + ms, happen);
  }

  /** Lets things happen, one after the other, until a condition holds or the time has come. @returns whether it held */
  async runUntil(condition: () => boolean, until: number): Promise<boolean> {
    for (;;) {
      // Whatever follows from what has happened, follows before the next thing does.
      await new Promise(setImmediate);
      if (condition()) return true;
      this.#events.sort((a, b) => b.at - a.at || b.n - a.n);
      const next = this.#events.pop();
      if (!next || next.at > until) return false;
      this.#now = next.at;
      next.happen();
    }
  }
}
