/** Text from elsewhere, safe for a terminal: what moves a cursor or turns the direction of writing is shown as a dot. */
export const printable = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '·');

/** Cut to a width, with a sign that it was. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** `2026-11-21 08:00:00Z` */
export const shortTime = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;

export const count = (value: number): string => value.toLocaleString('en-US');
