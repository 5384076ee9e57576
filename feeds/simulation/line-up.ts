import type { Spot } from './bodies.ts';

export type Side = 'home' | 'away';

export interface Player {
  /** The sensor's name. */
  readonly id: string;
  readonly side: Side;
  /** Null where nobody told the number. */
  readonly shirt: number | null;
  readonly home: Spot;
}

export const ballId = '0';

/** Four, four and two before a keeper; metres, of the team that plays towards growing x. */
const formation: readonly Spot[] = [
  { x: 5, y: 34 },
  { x: 22, y: 8 },
  { x: 20, y: 26 },
  { x: 20, y: 42 },
  { x: 22, y: 60 },
  { x: 40, y: 5 },
  { x: 38, y: 26 },
  { x: 38, y: 42 },
  { x: 40, y: 63 },
  { x: 50, y: 28 },
  { x: 50, y: 40 },
];

const withoutNumber = new Set([7, 19]);

const sideOf = (side: Side, firstId: number): Player[] =>
  formation.map(({ x, y }, n) => ({
    id: String(firstId + n),
    side,
    shirt: withoutNumber.has(firstId + n) ? null : n + 1,
    home: side === 'home' ? { x, y } : { x: 105 - x, y: 68 - y },
  }));

/** Eleven a side; of two the number is not known. */
export const players: readonly Player[] = [...sideOf('home', 1), ...sideOf('away', 12)];
