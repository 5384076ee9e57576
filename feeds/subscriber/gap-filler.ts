import type { DeliveryLog } from './delivery-log.ts';
import type { Resume } from './resume.ts';

export interface GapFillerOptions {
  readonly log: DeliveryLog;
  readonly resume: Resume;
  /** Told of the first failure after an answer. */
  readonly complain: (error: unknown) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Asks for what was not pushed. */
export interface GapFiller {
  /** These channels may have gone on unseen: each is asked for, whether or not a gap is seen. */
  suspect(channels: Iterable<string>): void;
  /** Begins what is due; to be called again and again. */
  look(): void;
  /** Whether anything is still to be asked, or under way. */
  isBusy(): boolean;
}

/**
 * A gap that is seen is waited for so long before it is asked for: what is pushed meanwhile may fill it. Twice as long each
 * time that it could not be read yet, as with what has not been published.
 */
const gapMs = 300;
/** As many as a page of a client would; an endpoint has few functions. */
const mostAtOnce = 4;
const backoffMs = { first: 100, longest: 3_000 } as const;

interface Asking {
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly failures: number;
  /** Also where no gap is seen. */
  readonly anyhow: boolean;
}

export const createGapFiller = ({ log, resume, complain, now }: GapFillerOptions): GapFiller => {
  const asking = new Map<string, Asking>();
  const underWay = new Set<string>();
  /** Channels whose gap was asked for and could not be read, and how often in a row. */
  const inVain = new Map<string, number>();
  let isFailing = false;

  const reachedIn = (channel: string): number => log.get(channel)?.reached ?? 0;

  /** Asks until nothing new comes any more. */
  const ask = async (channel: string): Promise<void> => {
    for (;;) {
      const after = reachedIn(channel);
      const answer = await resume(channel, after);
      if (answer.kind === 'snapshot') log.snapshot(channel, after, answer, now());
      else if (answer.kind === 'gone') log.gone(channel, answer.oldest);
      else for (const message of answer.messages) log.resume(channel, message, now());
      if (answer.kind !== 'gone') log.heard(channel, answer.given);
      if (answer.kind === 'snapshot' || reachedIn(channel) === after) return;
    }
  };

  const waitMs = (channel: string): number => Math.min(backoffMs.longest, gapMs * 2 ** (inVain.get(channel) ?? 0));

  const begin = async (channel: string, { failures }: Asking): Promise<void> => {
    underWay.add(channel);
    const before = reachedIn(channel);
    try {
      await ask(channel);
      isFailing = false;
      if (reachedIn(channel) > before) inVain.delete(channel);
      else inVain.set(channel, (inVain.get(channel) ?? 0) + 1);
    } catch (error) {
      if (!isFailing) complain(error);
      isFailing = true;
      const pauseMs = Math.min(backoffMs.longest, backoffMs.first * 2 ** failures);
      asking.set(channel, { notBefore: now() + pauseMs, failures: failures + 1, anyhow: true });
    } finally {
      underWay.delete(channel);
    }
  };

  return {
    suspect: (channels) => {
      for (const channel of channels) asking.set(channel, { notBefore: now(), failures: 0, anyhow: true });
    },
    look: () => {
      for (const { channel, highest, reached } of log.channels())
        if (highest > reached && !asking.has(channel) && !underWay.has(channel))
          asking.set(channel, { notBefore: now() + waitMs(channel), failures: 0, anyhow: false });
      for (const [channel, one] of asking) {
        if (underWay.size >= mostAtOnce) return;
        if (one.notBefore > now() || underWay.has(channel)) continue;
        asking.delete(channel);
        const { highest = 0, reached = 0 } = log.get(channel) ?? {};
        if (one.anyhow || highest > reached) void begin(channel, one);
      }
    },
    isBusy: () => asking.size + underWay.size > 0,
  };
};
