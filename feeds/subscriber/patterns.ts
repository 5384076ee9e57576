/** @param pattern - a channel, or `…/*` for all below it */
export const isWithin = (pattern: string, channel: string): boolean =>
  pattern.endsWith('/*') ? channel.startsWith(pattern.slice(0, -1)) : channel === pattern;
