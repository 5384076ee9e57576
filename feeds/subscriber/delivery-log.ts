import { digestOfText, digestsOf, parseText, readEvents, readMessage } from '../account/delivery/read-message.ts';
import type { ReadMessage } from '../account/delivery/evidence.ts';

/** What is kept of a message that was delivered: some hundred bytes, and nothing that grows with its text. */
export interface Delivered {
  /** Milliseconds since the epoch, when it came first. */
  readonly receivedAt: number;
  /** How it came first. */
  readonly by: 'push' | 'resume';
  /** Digests by the way it came: of the text that was pushed, and of the message that the endpoint answered. */
  pushed: string | undefined;
  resumed: string | undefined;
  /** How often it came again. */
  repeats: number;
  /** One of the repeats was another than the first. */
  differs: boolean;
}

/** An answer for a channel of which only the newest counts: it stands for every message up to its own. */
export interface TakenSnapshot {
  /** Numbers behind this one and up to `number` are in it. */
  readonly after: number;
  readonly number: number;
  readonly receivedAt: number;
  /** Key of its event by entity. */
  readonly events: ReadonlyMap<string, string>;
}

/** One channel, as a client has seen it. */
export interface ChannelLog {
  readonly channel: string;
  /** Up to here everything was there before the client was. */
  readonly baseline: number;
  readonly numbers: Map<number, Delivered>;
  readonly snapshots: TakenSnapshot[];
  /** What the endpoint said it has no more: from the first number to the last. */
  readonly gone: { readonly from: number; readonly to: number }[];
  /** Up to here nothing is missing. */
  reached: number;
  /** The highest number that has been seen or heard of. */
  highest: number;
  /** The highest that was pushed. */
  pushedUntil: number;
  /** Pushed for the first time, behind one with a higher number. */
  outOfOrder: number[];
}

/** What was delivered and is no message of the channel that was asked for; the first few. */
export interface Strange {
  count: number;
  readonly examples: string[];
}

/** A time in which every subscription stood; milliseconds since the epoch. */
export interface Subscribed {
  readonly from: number;
  /** When it last heard anything of that connection; undefined while that lasts. */
  to: number | undefined;
}

/** The server said that it could not send something, and not what. */
export interface Lost {
  readonly pattern: string;
  readonly at: number;
}

const mostExamples = 5;

/** Everything that a client was delivered. */
export class DeliveryLog {
  readonly #channels = new Map<string, ChannelLog>();
  readonly strange: Strange = { count: 0, examples: [] };
  readonly subscribed: Subscribed[] = [];
  readonly lost: Lost[] = [];
  /** Messages and their events that came by push, repeats not counted. */
  readonly pushed = { messages: 0, events: 0 };

  /** @param baselines - by channel, the number up to which everything was there before the client began */
  constructor(baselines: ReadonlyMap<string, number> = new Map()) {
    for (const [channel, baseline] of baselines) this.#open(channel, baseline);
  }

  channels(): readonly ChannelLog[] {
    return [...this.#channels.values()];
  }

  get(channel: string): ChannelLog | undefined {
    return this.#channels.get(channel);
  }

  connected(at: number): void {
    this.subscribed.push({ from: at, to: undefined });
  }

  /** @param heardAt - when something came last: what was sent before that has come as well */
  disconnected(heardAt: number): void {
    const last = this.subscribed.at(-1);
    if (last) last.to ??= Math.max(last.from, heardAt);
  }

  /** @param within - whether a channel is one that was asked for where this came from */
  push(text: string, receivedAt: number, within: (channel: string) => boolean): void {
    const value = parseText(text);
    const message = readMessage(value);
    if (!message || !within(message.channel)) return this.#strange(`pushed: ${text.slice(0, 200)}`);
    const { number } = message;
    const log = this.#of(message.channel);
    const isNew = !log.numbers.has(number) && number > log.baseline;
    if (isNew) {
      this.pushed.messages += 1;
      this.pushed.events += message.events.length;
      if (number < log.pushedUntil) log.outOfOrder.push(number);
    }
    log.pushedUntil = Math.max(log.pushedUntil, number);
    this.#keep(log, number, { by: 'push', digest: digestOfText(text), receivedAt });
  }

  /** @param value - a message as the endpoint answers it. @returns it, or undefined where it is none of this channel */
  resume(channel: string, value: unknown, receivedAt: number): ReadMessage | undefined {
    const message = readMessage(value);
    if (message?.channel !== channel) {
      this.#strange(`resumed: ${JSON.stringify(value)?.slice(0, 200)}`);
      return undefined;
    }
    const digest = digestsOf('', value).rewritten;
    this.#keep(this.#of(channel), message.number, { by: 'resume', digest, receivedAt });
    return message;
  }

  /** @param after - the number that was asked behind */
  snapshot(channel: string, after: number, { number, events }: { number: number; events: unknown }, at: number): void {
    const read = readEvents(events);
    if (!read) return this.#strange(`snapshot: ${JSON.stringify(events)?.slice(0, 200)}`);
    if (number <= after) return;
    const log = this.#of(channel);
    const byEntity = new Map(read.map(({ entity, key }) => [entity, key]));
    log.snapshots.push({ after, number, receivedAt: at, events: byEntity });
    log.highest = Math.max(log.highest, number);
    if (after <= log.reached) this.#reach(log, number);
  }

  /** So many numbers have been given, though perhaps none of them was delivered yet. */
  heard(channel: string, given: number): void {
    const log = this.#of(channel);
    log.highest = Math.max(log.highest, given);
  }

  /** What is asked for has been deleted. @param oldest - the first that has not been */
  gone(channel: string, oldest: number): void {
    const log = this.#of(channel);
    if (oldest - 1 <= log.reached) return;
    log.gone.push({ from: log.reached + 1, to: oldest - 1 });
    this.#reach(log, oldest - 1);
  }

  #open(channel: string, baseline: number): ChannelLog {
    const made: ChannelLog = {
      channel,
      baseline,
      numbers: new Map(),
      snapshots: [],
      gone: [],
      reached: baseline,
      highest: baseline,
      pushedUntil: 0,
      outOfOrder: [],
    };
    this.#channels.set(channel, made);
    return made;
  }

  #of(channel: string): ChannelLog {
    return this.#channels.get(channel) ?? this.#open(channel, 0);
  }

  #strange(example: string): void {
    this.strange.count += 1;
    if (this.strange.examples.length < mostExamples) this.strange.examples.push(example);
  }

  #keep(
    log: ChannelLog,
    number: number,
    { by, digest, receivedAt }: Pick<Delivered, 'by' | 'receivedAt'> & { readonly digest: string },
  ): void {
    const way = by === 'push' ? 'pushed' : 'resumed';
    const before = log.numbers.get(number);
    if (before) {
      before.repeats += 1;
      if (before[way] !== undefined && before[way] !== digest) before.differs = true;
      before[way] ??= digest;
      return;
    }
    const first = { by, receivedAt, pushed: undefined, resumed: undefined, repeats: 0, differs: false };
    log.numbers.set(number, { ...first, [way]: digest });
    log.highest = Math.max(log.highest, number);
    if (number === log.reached + 1) this.#reach(log, number);
  }

  #reach(log: ChannelLog, number: number): void {
    log.reached = Math.max(log.reached, number);
    while (log.numbers.has(log.reached + 1)) log.reached += 1;
  }
}
