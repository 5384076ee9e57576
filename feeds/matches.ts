/** What recordings do not say of their matches. Fixed, so that a second replay gives the same events. */
export interface Match {
  /** Microseconds since the epoch. */
  readonly kickOff: number;
  /** When each period began, in seconds since kick-off; undefined where it is not known. */
  readonly periodStarts: readonly number[];
}

const at = (time: string): number => Date.parse(time) * 1000;

const known: ReadonlyMap<string, Match> = new Map([
  ['liv-che', { kickOff: at('2020-01-01T15:00:00Z'), periodStarts: [0] }],
  ['metrica-1', { kickOff: at('2020-01-01T18:00:00Z'), periodStarts: [0, 2885.4] }],
]);

/** A match that is not in the list kicks off at noon of the year's first day. */
const unknown: Match = { kickOff: at('2020-01-01T12:00:00Z'), periodStarts: [0] };

export const matchNamed = (matchId: string): Match => known.get(matchId) ?? unknown;
