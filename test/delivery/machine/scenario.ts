import fc from 'fast-check';

/** An event that enrichment stores: its row has its id when it is written, and is seen when its transaction commits. */
export interface Insert {
  readonly channel: number;
  readonly entity: number;
  /** Event time, seconds; of `latest` it decides what is newest. */
  readonly occurred: number;
  /** From the insert before, milliseconds. */
  readonly afterMs: number;
  readonly commitsAfterMs: number;
  readonly wake: 'sent' | 'lost';
  readonly expiresAfterSeconds: number | null;
  /** AppSync refuses it: the event, or the call that has it. */
  readonly poison: 'event' | 'call' | null;
}

/**
 * What happens to the n-th call of all relays, counted from the start:
 * - `crash-before`, `crash-after`: the process is gone, before or after the call had its effect
 * - `freeze-before`, `freeze-after`: it stands still for longer than its lease, and then goes on
 * - `lost`: the call has its effect, and its answer does not come
 * - `half`: of a publish, every other event is taken
 * - `refused`: a publish is refused, for no fault of its events
 */
export interface Mishap {
  readonly call: number;
  readonly what: 'crash-before' | 'crash-after' | 'freeze-before' | 'freeze-after' | 'lost' | 'half' | 'refused';
}

export interface Scenario {
  readonly inserts: readonly Insert[];
  readonly mishaps: readonly Mishap[];
  /** How long the ways to and from a service take, again and again. Milliseconds. */
  readonly latencies: readonly number[];
  readonly sweeps: boolean;
  /** How often messages are deleted that were published a while ago, milliseconds; each time it takes a while. */
  readonly deletesEveryMs: number;
}

/** Even channels are of `each`, odd ones of `latest`. */
export const channelName = (channel: number): string => `${channel % 2 === 0 ? 'each' : 'latest'}/c${channel}`;

const insert = (isCalm: boolean): fc.Arbitrary<Insert> =>
  fc.record({
    channel: fc.nat(3),
    entity: fc.nat(2),
    occurred: fc.nat(5),
    afterMs: fc.constantFrom(0, 0, 1, 20, 300, 4_000),
    commitsAfterMs: fc.constantFrom(0, 1, 15, 400),
    wake: isCalm ? fc.constant('sent' as const) : fc.constantFrom('sent' as const, 'sent' as const, 'lost' as const),
    expiresAfterSeconds: fc.constantFrom(null, null, null, 10),
    poison: isCalm
      ? fc.constant(null)
      : fc.nat(19).map((n) => (n === 0 ? ('event' as const) : n === 1 ? ('call' as const) : null)),
  });

const mishap: fc.Arbitrary<Mishap> = fc.record({
  call: fc.integer({ min: 1, max: 60 }),
  what: fc.constantFrom('crash-before', 'crash-after', 'freeze-before', 'freeze-after', 'lost', 'half', 'refused'),
});

/** @param calm - nothing goes wrong, and nobody sweeps: every wake must be enough */
export const scenarios = ({ calm }: { readonly calm: boolean }): fc.Arbitrary<Scenario> =>
  fc.record({
    inserts: fc.array(insert(calm), { minLength: 1, maxLength: 25 }),
    mishaps: calm ? fc.constant([]) : fc.array(mishap, { maxLength: 8 }),
    latencies: fc.array(fc.constantFrom(0, 0, 1, 2, 7, 30, 200), { minLength: 3, maxLength: 12 }),
    sweeps: fc.constant(!calm),
    deletesEveryMs: fc.constantFrom(700, 3_100, 20_000),
  });
