import { clock } from '../numbers.ts';
import type { Side } from './match.ts';
import { numberIn, subjectOf, textIn, type Message } from '../messages.ts';

/** How a match stands, as far as its channel has been heard. */
export interface Score {
  readonly match: string;
  /** By team, in the order in which they were first named. */
  readonly goals: ReadonlyMap<string, number>;
  /** Not everything from the first message on has been heard: goals may be missing. */
  readonly isPartial: boolean;
  /** Of the period, seconds. */
  readonly clockSeconds: number;
  readonly period: number;
}

const teams = 2;

/** Only two teams play: a third name is somebody's mistake. */
const withTeam = (goals: ReadonlyMap<string, number>, team: string): ReadonlyMap<string, number> =>
  goals.has(team) || goals.size >= teams ? goals : new Map([...goals, [team, 0]]);

const scored = (goals: ReadonlyMap<string, number>, team: string, isOwn: boolean): ReadonlyMap<string, number> =>
  new Map([...goals].map(([name, count]) => [name, (name === team) !== isOwn ? count + 1 : count]));

/** The score after a message; one of another match begins anew. */
export const afterHappening = (score: Score | undefined, { channel, events }: Message): Score => {
  const match = subjectOf(channel);
  let next: Score =
    score?.match === match ? score : { match, goals: new Map(), isPartial: false, clockSeconds: 0, period: 1 };
  for (const { body } of events) {
    const [team, type] = [textIn(body, 'team'), textIn(body, 'type')];
    if (team === undefined) continue;
    const known = withTeam(next.goals, team);
    const isGoal = type === 'goal' || type === 'own-goal';
    next = {
      ...next,
      goals: isGoal ? scored(known, team, type === 'own-goal') : known,
      clockSeconds: numberIn(body, 'clockSeconds') ?? next.clockSeconds,
      period: numberIn(body, 'period') ?? next.period,
    };
  }
  return next;
};

/** A score for a person, home first; a team that has not had the ball yet has no name. */
export const sayScore = (
  { goals, isPartial, clockSeconds, period }: Score,
  sides: ReadonlyMap<string, Side>,
): string => {
  const known = [...goals];
  const isAway = ([team]: readonly [string, number]): boolean => sides.get(team) === 'away';
  const [home = ['Home', 0], away = ['Away', 0]] =
    known.length === 1 && known.every(isAway)
      ? [undefined, ...known]
      : known.toSorted((a, b) => Number(isAway(a)) - Number(isAway(b)));
  const half = period === 1 ? '1st' : period === 2 ? '2nd' : `${period}.`;
  return `${home[0]} ${home[1]} – ${away[1]} ${away[0]} · ${half} ${clock(clockSeconds)}${isPartial ? ' · since this page' : ''}`;
};

/** The same where messages of its channel were lost for good. */
export const withGap = (score: Score | undefined): Score | undefined => score && { ...score, isPartial: true };
