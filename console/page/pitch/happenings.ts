import { clock } from '../numbers.ts';
import { numberIn, textIn, type PushedEvent } from '../messages.ts';

/** What happened with the ball, as the list shows it. */
export interface Happening {
  readonly id: string;
  readonly type: string;
  readonly words: string;
  /** `12:05`, and the half where it is not the first. */
  readonly at: string;
  readonly team: string;
  readonly isCritical: boolean;
}

const told: Readonly<Record<string, string>> = {
  goal: 'Goal',
  'own-goal': 'Own goal',
  shot: 'Shot',
  card: 'Card',
  foul: 'Foul',
  pass: 'Pass',
  recovery: 'Recovery',
  loss: 'Ball lost',
  out: 'Ball out',
  challenge: 'Challenge',
  'kick-off': 'Kick-off',
  'free-kick': 'Free kick',
  'throw-in': 'Throw-in',
  corner: 'Corner',
  penalty: 'Penalty',
  'set-piece': 'Set piece',
};

/** `Player10` is number 10 of the sensors. */
const sensorName = (player: string): string => player.replace(/^Player\s*/i, '');

/**
 * @param shirtOf - the number on a player's shirt, by the name of his sensor; undefined where nobody knows it
 * @returns undefined for a body that is no happening
 */
export const readHappening = (
  { sourceEventId, body, priority }: PushedEvent,
  shirtOf: (sensor: string) => string | undefined = () => undefined,
): Happening | undefined => {
  const shortName = (player: string | undefined): string | undefined => {
    if (player === undefined) return undefined;
    const sensor = sensorName(player);
    return sensor === player ? player : `#${shirtOf(sensor) ?? sensor}`;
  };
  const [type, team] = [textIn(body, 'type'), textIn(body, 'team')];
  if (type === undefined || team === undefined) return undefined;
  const [from, to] = [shortName(textIn(body, 'fromPlayer')), shortName(textIn(body, 'toPlayer'))];
  const length = numberIn(body, 'passLength');
  const who = from === undefined ? '' : to === undefined ? ` by ${from}` : ` ${from} → ${to}`;
  const far = length === undefined ? '' : `, ${Math.round(length)} m`;
  const period = numberIn(body, 'period') ?? 1;
  const seconds = numberIn(body, 'clockSeconds') ?? numberIn(body, 'startSeconds') ?? 0;
  return {
    id: sourceEventId,
    type,
    words: `${told[type] ?? 'Other'}${who}${far}`,
    at: `${period === 1 ? '' : `${period}·`}${clock(seconds)}`,
    team,
    isCritical: priority === 'critical',
  };
};

/** The side a team plays on, where a player it names is known to the sensors. */
export const sensorOf = ({ body }: PushedEvent): string | undefined => {
  const player = textIn(body, 'fromPlayer');
  return player === undefined ? undefined : sensorName(player);
};
