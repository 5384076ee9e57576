import type { PublishedEvent, PublishedMessage } from '../../lambdas/shared/delivery/message.ts';

/** What is known of one channel: which number comes next, and what has come before its turn. */
export interface ChannelState {
  /** The next number to hand over; undefined until the first one is known. */
  readonly expected: number | undefined;
  /** The highest number heard of. */
  readonly seen: number;
  /** Messages after a gap, by number. What does not fit is read again with the gap. */
  readonly waiting: ReadonlyMap<number, Early>;
  /** The sizes of those that wait, together. */
  readonly held: number;
  /** Heard of late: what came before the first message may have been missed. */
  readonly late: boolean;
  /** The question under way; one at a time. `learning`: only where the channel stands. */
  readonly asked: { readonly after: number; readonly learning: boolean } | undefined;
  /** Questions in a row whose answers did not have yet what comes next. */
  readonly inVain: number;
  /** Subscribed since the question: its answer may be from before, so it is asked once more. */
  readonly again: boolean;
}

/** A message that came before its turn, with what it takes to keep it. */
interface Early {
  readonly message: PublishedMessage;
  readonly size: number;
}

/** What the resume endpoint said. */
export type Answer =
  | {
      readonly kind: 'each';
      readonly oldest: number;
      readonly newest: number;
      readonly given: number;
      readonly messages: readonly PublishedMessage[];
      readonly more: boolean;
    }
  | {
      readonly kind: 'latest';
      readonly newest: number;
      readonly given: number;
      readonly snapshot: Snapshot;
      readonly more: boolean;
    }
  | { readonly kind: 'gone'; readonly oldest: number }
  /** Nothing has been sent to the channel yet. */
  | { readonly kind: 'unknown' };

/** The newest event of each entity up to a number: stands for all messages up to it. */
export interface Snapshot {
  readonly number: number;
  readonly events: readonly PublishedEvent[];
}

export type Input =
  /** From now on every message is pushed; what was sent before is to be asked for. */
  | { readonly kind: 'subscribed' }
  /** Where it is to wait, it is kept only if its `size` has `room`. */
  | { readonly kind: 'pushed'; readonly message: PublishedMessage; readonly size?: number; readonly room?: number }
  | { readonly kind: 'answered'; readonly answer: Answer };

/**
 * Numbers that cannot be had any more; `restarted`: a channel that counts from the beginning again; `unknown`: of a
 * channel that was not heard of before. They may have come while the client was away, or before it began.
 */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly reason: 'deleted' | 'restarted' | 'unknown';
}

export type Effect =
  | { readonly kind: 'message'; readonly message: PublishedMessage }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'gap'; readonly gap: Gap }
  /** What was heard of was not there so many times: the more, the longer is to pass first. */
  | { readonly kind: 'ask'; readonly after: number; readonly inVain: number };

/** More are read again by the resume endpoint, so this bounds memory and loses nothing. */
export const mostWaiting = 1_000;

/** No channel comes this far: an answer to it has no messages and says where the channel stands. */
const beyondAll = Number.MAX_SAFE_INTEGER;

/**
 * @param after - the number that was handed over last, by an earlier client; undefined: from now on
 * @param late - there was a time before now in which it was wanted and not heard of
 */
export const createChannel = (after?: number, late = false): ChannelState => ({
  expected: after === undefined ? undefined : after + 1,
  seen: 0,
  waiting: new Map(),
  held: 0,
  late,
  asked: undefined,
  inVain: 0,
  again: false,
});

/** One step: every number is handed over once, in order, or stands in a snapshot or in a gap. */
export const step = (
  state: ChannelState,
  input: Input,
): { readonly state: ChannelState; readonly effects: Effect[] } => {
  const channel = new Channel(state);
  switch (input.kind) {
    case 'subscribed':
      channel.subscribed();
      break;
    case 'pushed':
      channel.pushed(input.message, input.size ?? 0, input.room ?? Infinity);
      break;
    case 'answered':
      channel.answered(input.answer);
      break;
    default:
      input satisfies never;
  }
  return { state: channel.state(), effects: channel.effects };
};

/** The state while one step is taken. */
class Channel {
  readonly effects: Effect[] = [];
  #expected: number | undefined;
  #seen: number;
  #waiting: Map<number, Early>;
  readonly #late: boolean;
  #asked: ChannelState['asked'];
  #inVain: number;
  #again: boolean;

  constructor({ expected, seen, waiting, late, asked, inVain, again }: ChannelState) {
    this.#expected = expected;
    this.#seen = seen;
    this.#waiting = new Map(waiting);
    this.#late = late;
    this.#asked = asked;
    this.#inVain = inVain;
    this.#again = again;
  }

  state(): ChannelState {
    return {
      expected: this.#expected,
      seen: this.#seen,
      waiting: this.#waiting,
      held: [...this.#waiting.values()].reduce((sum, { size }) => sum + size, 0),
      late: this.#late,
      asked: this.#asked,
      inVain: this.#inVain,
      again: this.#again,
    };
  }

  subscribed(): void {
    if (this.#asked) this.#again = true;
    else this.#ask();
  }

  pushed(message: PublishedMessage, size: number, room: number): void {
    const { number } = message;
    if (this.#late && this.#expected === undefined && number > 1)
      this.effects.push({ kind: 'gap', gap: { from: 1, to: number - 1, reason: 'unknown' } });
    this.#expected ??= number;
    this.#seen = Math.max(this.#seen, number);
    if (number <= this.#expected) this.#take(message);
    else if (this.#waiting.size < mostWaiting && size <= room) this.#waiting.set(number, { message, size });
    if (this.#seen >= this.#expected && !this.#asked) this.#ask();
  }

  answered(answer: Answer): void {
    const asked = this.#asked;
    if (!asked) return;
    this.#asked = undefined;
    const more = asked.learning ? this.#learn(answer) : this.#read(answer, asked.after);
    const expected = this.#expected ?? 1;
    // Where the last answer brought nothing, the next one at once would not either.
    this.#inVain = expected === asked.after + 1 && !this.#again ? this.#inVain + 1 : 0;
    if (this.#again || more || this.#seen >= expected) this.#ask();
    else this.#inVain = 0;
  }

  #ask(): void {
    const learning = this.#expected === undefined;
    const after = this.#expected === undefined ? beyondAll : this.#expected - 1;
    this.#asked = { after, learning };
    this.#again = false;
    this.effects.push({ kind: 'ask', after, inVain: this.#inVain });
  }

  /** Where a push came first, the client began with that; what the channel has come to since may have been lost. */
  #learn(answer: Answer): boolean {
    this.#expected ??= ('newest' in answer ? answer.newest : 0) + 1;
    this.#hear(answer);
    return false;
  }

  /** What has been given and cannot be read yet was perhaps pushed before one listened. */
  #hear(answer: Answer): void {
    if ('given' in answer) this.#seen = Math.max(this.#seen, answer.given);
  }

  /** @returns whether there is more to read */
  #read(answer: Answer, after: number): boolean {
    // A message that was pushed has been given, though it may not be readable yet.
    if ('given' in answer && answer.given < after) return this.#restart(answer.kind === 'each' ? answer.oldest : 1);
    this.#hear(answer);
    switch (answer.kind) {
      case 'each':
        for (const message of answer.messages) {
          this.#giveUpBefore(message.number);
          this.#take(message);
        }
        return answer.more;
      case 'latest':
        this.#replaceBy(answer.snapshot);
        return answer.more;
      case 'gone':
        this.#giveUpBefore(answer.oldest);
        return true;
      case 'unknown':
        return after > 0 && this.#restart(1);
      default:
        return answer satisfies never;
    }
  }

  /** A message in its turn, with those that have waited for it; one after its turn was here before. */
  #take(message: PublishedMessage): void {
    if (message.number !== this.#expected) return;
    this.effects.push({ kind: 'message', message });
    this.#advanceTo(message.number + 1);
  }

  #advanceTo(number: number): void {
    this.#expected = number;
    for (const early of this.#waiting.keys()) if (early < number) this.#waiting.delete(early);
    const next = this.#waiting.get(number);
    if (next) this.#take(next.message);
  }

  #replaceBy(snapshot: Snapshot): void {
    if (this.#expected !== undefined && snapshot.number < this.#expected) return;
    this.effects.push({ kind: 'snapshot', snapshot });
    this.#advanceTo(snapshot.number + 1);
  }

  /** What is below a number cannot be read any more: all of it that waits is handed over, the rest is a gap. */
  #giveUpBefore(number: number): void {
    while (this.#expected !== undefined && this.#expected < number) {
      const from = this.#expected;
      const next = Math.min(number, ...this.#waiting.keys());
      this.effects.push({ kind: 'gap', gap: { from, to: next - 1, reason: 'deleted' } });
      this.#advanceTo(next);
    }
  }

  /** The platform has forgotten numbers that it had given: another database stands behind the same name. */
  #restart(oldest: number): boolean {
    this.#waiting.clear();
    this.#seen = 0;
    this.#inVain = 0;
    this.#expected = oldest;
    this.effects.push({ kind: 'gap', gap: { from: 1, to: oldest - 1, reason: 'restarted' } });
    return true;
  }
}
