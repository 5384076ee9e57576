import { MisconfiguredError } from '../../shared/errors/platform-error.ts';
import { market } from './market.ts';
import type { SourceDefinition } from './source.ts';

/** Every source by name; each runs as a function of its own, from this same code. */
export const sources: Readonly<Record<string, SourceDefinition>> = { market };

/** @throws MisconfiguredError where SOURCE names none of them */
export const sourceNamed = (name: string): SourceDefinition => {
  const source = sources[name];
  if (source) return source;
  throw new MisconfiguredError('environment', `SOURCE: must be one of ${Object.keys(sources).join(', ')}`);
};
