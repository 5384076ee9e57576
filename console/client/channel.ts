import type { PublishedEvent, PublishedMessage } from '../../lambdas/shared/delivery/message.ts';

/** What is known of one channel: which number comes next, and what has come before its turn. */
export interface ChannelState {
  /** The next number to hand over; undefined until the first one is known. */
  readonly expected: number | undefined;
  /** The highest number heard of. */
  readonly seen: number;
  /** Messages after a gap, by number. What does not fit is read again with the gap. */
  readonly waiting: ReadonlyMap<number, PublishedMessage>;
  /** The question under way; one at a time. `learning`: only where the channel stands. */
  readonly asked: { readonly after: number; readonly learning: boolean } | undefined;
  /** Questions in a row whose answers did not have yet what comes next. */
  readonly inVain: number;
  /** Subscribed since the question: its answer may be from before, so it is asked once more. */
  readonly again: boolean;
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
  | { readonly kind: 'pushed'; readonly message: PublishedMessage }
  | { readonly kind: 'answered'; readonly answer: Answer };

/** Numbers that cannot be had any more, or, `restarted`, a channel that counts from the beginning again. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly reason: 'deleted' | 'restarted';
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

/** @param after - the number that was handed over last, by an earlier client; undefined: from now on */
export const createChannel = (after?: number): ChannelState => ({
  expected: after === undefined ? undefined : after + 1,
  seen: 0,
  waiting: new Map(),
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
      channel.pushed(input.message);
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
  #waiting: Map<number, PublishedMessage>;
  #asked: ChannelState['asked'];
  #inVain: number;
  #again: boolean;

  constructor({ expected, seen, waiting, asked, inVain, again }: ChannelState) {
    this.#expected = expected;
    this.#seen = seen;
    this.#waiting = new Map(waiting);
    this.#asked = asked;
    this.#inVain = inVain;
    this.#again = again;
  }

  state(): ChannelState {
    return {
      expected: this.#expected,
      seen: this.#seen,
      waiting: this.#waiting,
      asked: this.#asked,
      inVain: this.#inVain,
      again: this.#again,
    };
  }

  subscribed(): void {
    if (this.#asked) this.#again = true;
    else this.#ask();
  }

  pushed(message: PublishedMessage): void {
    this.#expected ??= message.number;
    this.#seen = Math.max(this.#seen, message.number);
    this.#take(message);
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

  /** A message in its turn, with those that have waited for it; one before its turn waits, one after it was here before. */
  #take(message: PublishedMessage): void {
    const expected = this.#expected ?? message.number;
    if (message.number < expected) return;
    if (message.number > expected) {
      if (this.#waiting.size < mostWaiting) this.#waiting.set(message.number, message);
      return;
    }
    this.effects.push({ kind: 'message', message });
    this.#advanceTo(expected + 1);
  }

  #advanceTo(number: number): void {
    this.#expected = number;
    for (const early of this.#waiting.keys()) if (early < number) this.#waiting.delete(early);
    const next = this.#waiting.get(number);
    if (next) this.#take(next);
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
