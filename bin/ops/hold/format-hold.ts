import { mayEndAt, type Hold } from '../../../lambdas/shared/holds/hold.ts';
import { printable, shortTime } from '../dead-letters/printable.ts';

/** A hold in one line: since, cause, reason, by, why. */
export const standingLine = ({ cause, reason, since, by, why, number }: Hold): string =>
  `since ${shortTime(since)} (number ${number}): ${cause === reason ? cause : `${cause}, ${printable(reason)}`}; ` +
  `by ${printable(by)}: ${printable(why)}`;

/** A hold with its history, oldest first. */
const formatHold = (hold: Hold, now: number): string[] => {
  const { source, standing, number, mappingDisabled, parkUntil, history } = hold;
  const { again = 0, cause } = hold;
  const waitsForProbe = standing && cause !== 'operator' && mayEndAt(hold) > now;
  const accepting = parkUntil !== undefined && Date.parse(parkUntil) > now;
  return [
    `${source}: ${standing ? `HELD ${standingLine(hold)}` : `not held; the last hold was number ${number}`}`,
    ...(mappingDisabled ? [`  its mapping is ${standing ? 'off' : 'being switched on'} by the keeper`] : []),
    ...(again > 0 ? [`  held ${again + 1} times for the same, each within an hour of the one before`] : []),
    ...(waitsForProbe ? [`  no probe ends it before ${shortTime(new Date(mayEndAt(hold)).toISOString())}`] : []),
    ...(accepting ? [`  rejects are parked without the guard until ${shortTime(parkUntil)}`] : []),
    ...history.map(
      ({ at, did, by, why }) => `  ${shortTime(at)}  ${did.padEnd(16)}  ${printable(by)}: ${printable(why)}`,
    ),
  ];
};

/** What was never held is told as well: an empty answer would leave open whether it was looked for. */
export const formatHolds = (holds: readonly Hold[], never: readonly string[], now: number): string[] => [
  ...holds.flatMap((hold) => formatHold(hold, now)),
  ...never.map((source) => `${source}: never held`),
];

/** Standing first, then by source. */
export const inOrder = (holds: readonly Hold[]): readonly Hold[] =>
  holds.toSorted((a, b) => Number(b.standing) - Number(a.standing) || (a.source < b.source ? -1 : 1));
