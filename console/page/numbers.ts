const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** `1,234`. */
export const count = (value: number): string => whole.format(value);

const shortUnits = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e4, 'k'],
] as const;

/** A large count in at most five characters: `9,999`, `12.3k`, `4.56M`. */
export const shortCount = (value: number): string => {
  const unit = shortUnits.find(([least]) => value >= least);
  if (!unit) return count(value);
  const [least, letter] = unit;
  const scaled = value / (least === 1e4 ? 1e3 : least);
  return `${scaled.toFixed(scaled < 10 ? 2 : scaled < 100 ? 1 : 0)}${letter}`;
};

/** Per second: whole from ten on, else with one digit behind the point; nothing is `0`. */
export const rate = (perSecond: number): string =>
  perSecond === 0 ? '0' : perSecond >= 9.95 ? shortCount(perSecond) : perSecond.toFixed(1);

/** A time that a person can compare: `12 ms`, `1.4 s`, `3 min`, `2 h`. */
export const span = (ms: number): string => {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 99_500) return `${Math.round(ms / 1_000)} s`;
  if (ms < 5_970_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
};

/** Six significant digits at least, and no fewer behind the point than the step of the price needs: `1.08214`, `92,014.5`. */
export const price = (value: number): string => {
  const digits = Math.max(0, Math.min(6, 5 - Math.floor(Math.log10(Math.abs(value) || 1))));
  return value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
};

/** A change in basis points, with its sign, which is a minus and no dash: `+1.2`, `−0.4`. */
export const basisPoints = (share: number): string => {
  const points = share * 10_000;
  const text = Math.abs(points).toFixed(1);
  return text === '0.0' ? '0.0' : `${points < 0 ? '−' : '+'}${text}`;
};

/** Minutes and seconds of a period: `12:05`. */
export const clock = (seconds: number): string =>
  `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** Bytes for a person: `812 B`, `14.2 kB`. */
export const bytes = (size: number): string =>
  size < 1_000 ? `${size} B` : size < 1e6 ? `${(size / 1_000).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`;

/** Hours, minutes and seconds of the machine's own zone. */
export const timeOfDay = (at: number): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
