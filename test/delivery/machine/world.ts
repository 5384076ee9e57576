import { RefusedCallError, RefusedEventError, type EventAnswer } from '../../../lambdas/delivery/publish-answer.ts';
import { relayChannels } from '../../../lambdas/delivery/relay.ts';
import type { RelayPorts } from '../../../lambdas/delivery/relay-ports.ts';
import type { RelayStore } from '../../../lambdas/delivery/relay-store.ts';
import { UnavailableError } from '../../../lambdas/shared/errors/platform-error.ts';
import { Clock } from './clock.ts';
import { deleteSeen, seeForDeletion, type WhereToBegin } from './deletion.ts';
import { channelName, type Insert, type Mishap, type Scenario } from './scenario.ts';
import { DeliveryTables, memoryStore, type Row } from './tables.ts';

export interface Delivered {
  readonly channel: string;
  readonly body: string;
  readonly at: number;
}

/** What a run may do otherwise than the platform: a planted bug. */
export interface Variant {
  readonly store?: (real: RelayStore, world: World) => RelayStore;
  readonly publish?: (real: RelayPorts['publish'], world: World) => RelayPorts['publish'];
  /** Whether statements look at who holds a channel. */
  readonly lease?: 'checked' | 'anyone';
  readonly whereToBegin?: WhereToBegin;
}

const leaseMs = 15_000;
const invocationMs = 24_000;
const visibilityMs = 45_000;
const sweepMs = 60_000;
const frozenMs = 40_000;
/** Of what was published, and how long it takes from where deletion looks to where it has the locks. */
const keptMs = 200;
const deletionMs = 400;
const pages = { each: 4, latest: 5 } as const;
const limits = { mostPublishing: 3, mostReady: 4, mostHeld: 10, mostOfStatement: 2, mostIdleMs: 250 } as const;
export const beginning = Date.UTC(2026, 10, 21, 8);

/** Relays in a world in memory, on simulated time; each call of theirs takes its way and may meet a mishap. */
export class World {
  readonly clock = new Clock(beginning);
  readonly tables = new DeliveryTables();
  readonly delivered: Delivered[] = [];
  /** Calls as they came to AppSync, whatever became of them. */
  readonly attempted: { readonly channel: string; readonly bodies: readonly string[] }[] = [];
  readonly parked = new Map<string, string>();
  readonly inserted: { readonly insert: Insert; readonly row: Row }[] = [];
  readonly log: string[] = [];
  readonly thrown: unknown[] = [];
  readonly #mishaps: Map<number, Mishap['what']>;
  readonly #latencies: readonly number[];
  readonly #variant: Variant;
  #calls = 0;
  #relays = 0;
  #pendingInserts = 0;
  #alive = 0;

  constructor({ inserts, mishaps, latencies, sweeps, deletesEveryMs }: Scenario, variant: Variant = {}) {
    this.#mishaps = new Map(mishaps.map(({ call, what }) => [call, what]));
    this.#latencies = latencies;
    this.#variant = variant;
    let at = beginning;
    inserts.forEach((insert, n) => {
      at += insert.afterMs;
      this.#pendingInserts += 1;
      this.clock.at(at, () => this.#insert(insert, n + 1));
    });
    if (sweeps) this.clock.after(sweepMs, () => this.#sweep());
    this.clock.after(deletesEveryMs, () => this.#delete(deletesEveryMs));
  }

  get isQuiet(): boolean {
    return this.#pendingInserts === 0 && this.#alive === 0 && !this.#waits();
  }

  #waits(): boolean {
    return this.tables.rows.length > 0 || [...this.tables.channels.keys()].some((name) => this.tables.waits(name));
  }

  #latency(): number {
    return this.#latencies[this.#calls % this.#latencies.length] ?? 0;
  }

  #insert(insert: Insert, id: number): void {
    const channel = channelName(insert.channel);
    const delivery = insert.channel % 2 === 0 ? 'each' : 'latest';
    const row: Row = {
      id,
      channel,
      delivery,
      row: {
        event: {
          source: 'market',
          sourceEventId: `e${id}`,
          entity: `n${insert.entity}`,
          occurredAt: `2026-11-21T08:00:0${insert.occurred}.000000Z`,
          arrivedAt: new Date(this.clock.now()).toISOString(),
          priority: 'normal',
          body: insert.poison ? { poison: insert.poison } : {},
        },
        perSecond: delivery === 'latest' ? 2 : null,
        expiresAfterSeconds: insert.expiresAfterSeconds,
      },
    };
    this.clock.after(insert.commitsAfterMs, () => {
      this.#pendingInserts -= 1;
      this.tables.rows.push(row);
      this.inserted.push({ insert, row });
      if (insert.wake === 'sent') this.#wake([channel], this.#latency());
    });
  }

  #sweep(): void {
    const channels = this.tables.leftAlone(this.clock.now());
    if (channels.length > 0) this.#wake(channels, 0);
    this.clock.after(sweepMs, () => this.#sweep());
  }

  #delete(everyMs: number): void {
    const seen = seeForDeletion(this.tables, this.clock.now() - keptMs);
    this.clock.after(deletionMs, () => {
      deleteSeen(this.tables, seen, this.#variant.whereToBegin);
      this.clock.after(everyMs, () => this.#delete(everyMs));
    });
  }

  #wake(channels: readonly string[], afterMs: number): void {
    this.clock.after(afterMs, () => void this.#invoke(channels));
  }

  /** One invocation for one wake, as the handler does it. */
  async #invoke(channels: readonly string[]): Promise<void> {
    const name = `r${(this.#relays += 1)}`;
    const life: Life = { name, isDead: false, frozenUntil: 0 };
    const { now } = this.clock;
    const store = this.#storeOf(life);
    this.#alive += 1;
    const die = (): void => {
      this.#alive -= 1;
      this.#wake(channels, visibilityMs);
    };
    life.die = die;
    try {
      const result = await relayChannels(
        {
          store,
          publish: this.#publishOf(life),
          park: (channel, { number, unpublishable }) =>
            this.#call(life, `park ${channel} ${number}`, () => {
              this.parked.set(`${channel} ${number}`, unpublishable?.original ?? '');
            }),
          wake: (some, afterMs) => {
            if (!life.isDead) this.#wake(some, Math.ceil(afterMs / 1000) * 1000);
          },
          now,
          pause: (ms) => {
            const { promise: over, resolve } = Promise.withResolvers<void>();
            this.clock.after(ms, () => this.#whenAwake(life, resolve));
            return { over, end: resolve };
          },
        },
        { leaseMs, deadline: now() + invocationMs, ...limits },
        channels,
      );
      this.#alive -= 1;
      if (result.left.length > 0) this.#wake(result.left, 0);
    } catch (error) {
      if (!(error instanceof UnavailableError)) this.thrown.push(error);
      die();
    }
  }

  #storeOf(life: Life): RelayStore {
    const plain = memoryStore(this.tables, life.name, leaseMs, this.clock.now, pages, this.#variant.lease);
    const real = this.#variant.store?.(plain, this) ?? plain;
    return Object.fromEntries(
      Object.entries(real).map(([name, method]) => [
        name,
        (...args: readonly unknown[]) =>
          this.#call(life, name, () => (method as (...all: readonly unknown[]) => unknown)(...args)),
      ]),
    ) as unknown as RelayStore;
  }

  #publishOf(life: Life): RelayPorts['publish'] {
    const real: RelayPorts['publish'] = (channel, bodies) =>
      this.#call(life, `publish ${channel}`, (what) => {
        this.attempted.push({ channel, bodies });
        if (what === 'refused' || bodies.some((body) => body.includes('"poison":"call"')))
          throw new RefusedCallError('refused');
        return bodies.map((body, index): EventAnswer => {
          if (body.includes('"poison":"event"')) return new RefusedEventError('poison');
          if (what === 'half' && index % 2 === 0) return new UnavailableError('events', 'not taken');
          this.delivered.push({ channel, body, at: this.clock.now() });
          return 'accepted';
        });
      });
    return this.#variant.publish?.(real, this) ?? real;
  }

  #whenAwake(life: Life, happen: () => void): void {
    if (life.isDead) return;
    if (life.frozenUntil > this.clock.now()) this.clock.at(life.frozenUntil, () => this.#whenAwake(life, happen));
    else happen();
  }

  /** A call on its way: there after one latency, back after another, and what may befall it. */
  async #call<T>(life: Life, name: string, effect: (what: Mishap['what'] | undefined) => T): Promise<Awaited<T>> {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<T>>();
    const n = (this.#calls += 1);
    const what = this.#mishaps.get(n);
    const there = this.#latency();
    const back = this.#latencies[(n * 7 + 1) % this.#latencies.length] ?? 0;
    const die = (): void => {
      if (!life.isDead) life.die?.();
      life.isDead = true;
    };
    const freeze = (): void => {
      life.frozenUntil = this.clock.now() + frozenMs;
    };
    if (what === 'freeze-before') freeze();
    this.clock.after(there, () =>
      this.#whenAwake(life, () => {
        const note = (end: string): void => {
          const seconds = ((this.clock.now() - beginning) / 1000).toFixed(3);
          this.log.push(`${seconds} ${life.name} #${n} ${name}${what ? ` ${what}` : ''} ${end}`);
        };
        if (what === 'crash-before') {
          note('');
          return die();
        }
        void (async () => {
          let result: Awaited<T>;
          try {
            result = await effect(what);
          } catch (error) {
            note(String(error));
            return this.clock.after(back, () => this.#whenAwake(life, () => reject(error)));
          }
          note(
            JSON.stringify(result instanceof Set ? [...(result as ReadonlySet<unknown>)] : (result ?? null)).slice(
              0,
              150,
            ),
          );
          if (what === 'crash-after') return die();
          if (what === 'freeze-after') freeze();
          this.clock.after(back, () =>
            this.#whenAwake(life, () =>
              what === 'lost' ? reject(new UnavailableError('store', 'the answer was lost')) : resolve(result),
            ),
          );
        })();
      }),
    );
    return promise;
  }
}

interface Life {
  readonly name: string;
  isDead: boolean;
  frozenUntil: number;
  die?: () => void;
}
