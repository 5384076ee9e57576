/** What has to be stopped, last started first. Every step is taken, also when one before it failed. */
export class Teardown {
  readonly #steps: (() => unknown)[] = [];
  #running: Promise<void> | undefined;

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Calling it again waits for the first call. @throws AggregateError with what failed, after all steps */
  run(): Promise<void> {
    this.#running ??= this.#all();
    return this.#running;
  }

  async #all(): Promise<void> {
    const errors: unknown[] = [];
    // Steps may still be added while a start is being given up: until none is left.
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `stopping failed: ${errors.map(String).join('; ')}`);
  }
}
