/** A partner's word for what happened, as one of ours. */
const plain: ReadonlyMap<string, string> = new Map([
  ['PASS', 'pass'],
  ['SHOT', 'shot'],
  ['CARD', 'card'],
  ['RECOVERY', 'recovery'],
  ['BALL LOST', 'loss'],
  ['BALL OUT', 'out'],
  ['CHALLENGE', 'challenge'],
  ['FAULT RECEIVED', 'foul'],
]);

const setPieces: ReadonlyMap<string, string> = new Map([
  ['KICK OFF', 'kick-off'],
  ['FREE KICK', 'free-kick'],
  ['CORNER KICK', 'corner'],
  ['THROW IN', 'throw-in'],
  ['PENALTY', 'penalty'],
]);

const partsOf = (subtype: string | null): readonly string[] =>
  (subtype ?? '').split('-').map((part) => part.trim().toUpperCase());

/**
 * What happened, in one word: `pass`, `shot`, `goal`, `own-goal`, `card`, `recovery`, `loss`, `out`, `challenge`,
 * `foul`, `kick-off`, `free-kick`, `corner`, `throw-in`, `penalty`, `set-piece`; `other` for a word we do not know, so
 * that a partner's new one loses nothing and makes no new series.
 */
export const broadcastType = (type: string, subtype: string | null): string => {
  const word = type.trim().toUpperCase();
  const parts = partsOf(subtype);
  // GOAL KICK is one part and no goal. Who kicks the ball out and into a goal has kicked it into the own one.
  if (parts.includes('GOAL')) return word === 'BALL OUT' ? 'own-goal' : 'goal';
  if (word !== 'SET PIECE') return plain.get(word) ?? 'other';
  return parts.map((part) => setPieces.get(part)).find((found) => found !== undefined) ?? 'set-piece';
};

const withTheBall = new Set([
  'pass',
  'recovery',
  'foul',
  'kick-off',
  'free-kick',
  'corner',
  'throw-in',
  'penalty',
  'set-piece',
]);

/**
 * Whether the team of an event has the ball when it is over: not after a loss, a shot, a goal or a card, nor in a lost
 * challenge. What becomes of a shot is the other team's, or out.
 */
export const keepsTheBall = (type: string, subtype: string | null): boolean =>
  withTheBall.has(type) || (type === 'challenge' && partsOf(subtype).includes('WON'));
