import type { BroadcastEvent } from '../sources/broadcast.ts';
import type { Post } from '../sources/social.ts';
import { everydayTexts, goalTexts, incidentTexts } from './post-texts.ts';
import { pick, type Random } from './random.ts';

/** People who write about a match. */
export interface Crowd {
  /** What they write within one frame. @param occurredAt - microseconds since the epoch */
  readonly posts: (events: readonly BroadcastEvent[], storySeconds: number, occurredAt: number) => readonly Post[];
}

/** Posts a second of the story: when nothing happens, and at most. */
const calm = 1;
const wildest = 12;
/** How much a goal, and how much a card or a shot, adds; half of it is gone every three seconds. */
const goalStir = 12;
const incidentStir = 3;
const halvesIn = 3;
const repostShare = 0.2;
const remembered = 20;

const accounts = ['MillTown', 'WeirUnited'] as const;

/** Most have none, few have very many. */
const skewed = (random: Random, most: number): number => Math.floor(most * random() ** 8);

/** @param idPrefix - no other crowd has it, in this run or in an earlier one */
export const simulateCrowd = (random: Random, idPrefix: string): Crowd => {
  let stir = 0;
  let owed = 1;
  let count = 0;
  let texts: readonly string[] = everydayTexts;
  const recent: string[] = [];

  const textOf = (): string => {
    if (recent.length > 0 && random() < repostShare) {
      const original = pick(random, recent);
      return random() < 0.5 ? original : `RT @fan${Math.floor(random() * 1_000)}: ${original}`;
    }
    const text = pick(random, random() * wildest < stir ? texts : everydayTexts);
    recent.push(text);
    if (recent.length > remembered) recent.shift();
    return text;
  };

  const react = ({ type, subtype }: BroadcastEvent): void => {
    const isGoal = subtype?.endsWith('-GOAL') === true;
    if (!isGoal && type !== 'SHOT' && type !== 'CARD') return;
    stir += isGoal ? goalStir : incidentStir;
    texts = isGoal ? goalTexts : incidentTexts;
  };

  return {
    posts: (events, storySeconds, occurredAt) => {
      for (const event of events) react(event);
      owed += Math.min(wildest, calm + stir) * storySeconds;
      stir *= 0.5 ** (storySeconds / halvesIn);
      const due = Math.floor(owed);
      owed -= due;
      return Array.from({ length: due }, () => ({
        postId: `${idPrefix}-${(count += 1)}`,
        occurredAt,
        team: pick(random, accounts),
        text: textOf(),
        retweets: skewed(random, 5_000),
        replies: skewed(random, 300),
        likes: skewed(random, 20_000),
        quotes: skewed(random, 200),
      }));
    },
  };
};
