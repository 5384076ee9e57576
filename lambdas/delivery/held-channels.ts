/** What a held channel is at. */
export type HeldState =
  /** To be looked at as soon as there is room. */
  | { readonly is: 'to-look' }
  /** Something waits for the moment at which the next message may be numbered. */
  | { readonly is: 'waiting'; readonly until: number }
  | { readonly is: 'publishing' }
  /** Nothing was left at the last look. */
  | { readonly is: 'done' };

interface Held {
  state: HeldState;
  /** It has had a page of its own. */
  wasServed: boolean;
  /** By our clock, and never later than by the database's: counted from before the statement that said so. */
  leasedUntil: number;
}

/**
 * The channels an invocation holds. First is what has waited longest since it was taken or had its turn. Times are
 * milliseconds since the epoch.
 */
export class HeldChannels {
  readonly #held = new Map<string, Held>();
  readonly #leaseMs: number;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  get size(): number {
    return this.#held.size;
  }

  take(channel: string, askedAt: number): void {
    this.#held.set(channel, { state: { is: 'to-look' }, wasServed: false, leasedUntil: askedAt + this.#leaseMs });
  }

  drop(channel: string): void {
    this.#held.delete(channel);
  }

  has(channel: string): boolean {
    return this.#held.has(channel);
  }

  set(channel: string, state: HeldState): void {
    const held = this.#held.get(channel);
    if (!held) return;
    held.state = state;
    held.wasServed ||= state.is === 'publishing';
    // Behind all others: what has just had its turn waits for theirs.
    this.#held.delete(channel);
    this.#held.set(channel, held);
  }

  renewed(channel: string, askedAt: number): void {
    const held = this.#held.get(channel);
    if (held) held.leasedUntil = askedAt + this.#leaseMs;
  }

  /** Whether it is ours by what we know: a zombie finds that it is not. */
  isOurs(channel: string, now: number): boolean {
    return (this.#held.get(channel)?.leasedUntil ?? -Infinity) > now;
  }

  /** What has used up a third of its lease. */
  toRenew(now: number): string[] {
    return this.#channelsThat(({ leasedUntil }) => leasedUntil - now <= (this.#leaseMs * 2) / 3);
  }

  toLook(now: number): string[] {
    return this.#channelsThat(({ state }) => state.is === 'to-look' || (state.is === 'waiting' && state.until <= now));
  }

  in(is: HeldState['is']): string[] {
    return this.#channelsThat(({ state }) => state.is === is);
  }

  /** What waits for a moment later than this, and for which. */
  waitingBeyond(time: number): { readonly channel: string; readonly until: number }[] {
    return [...this.#held].flatMap(([channel, { state }]) =>
      state.is === 'waiting' && state.until > time ? [{ channel, until: state.until }] : [],
    );
  }

  all(): string[] {
    return [...this.#held.keys()];
  }

  /** What has had a page, or none. */
  allThat(were: 'served' | 'not-served'): string[] {
    return this.#channelsThat(({ wasServed }) => wasServed === (were === 'served'));
  }

  /** When something is to be done though nothing else happens; undefined where nothing is held. */
  nextAt(): number | undefined {
    const times = [...this.#held.values()].map(({ state, leasedUntil }) =>
      Math.min(leasedUntil - (this.#leaseMs * 2) / 3, state.is === 'waiting' ? state.until : Infinity),
    );
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #channelsThat(fits: (held: Held) => boolean): string[] {
    return [...this.#held].filter(([, held]) => fits(held)).map(([channel]) => channel);
  }
}
