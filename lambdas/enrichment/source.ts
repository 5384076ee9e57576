import { MisconfiguredError } from '../shared/errors/platform-error.ts';
import type { Enricher } from './event.ts';

/** What enrichment knows of a source: an enricher per subject it accepts, and the spans of its windows in seconds. */
export interface SourceDefinition {
  readonly enrichers: Readonly<Record<string, Enricher>>;
  readonly windowSpans: readonly number[];
}

/**
 * The definition of a source: what `sources/<name>.ts` exports as `source`. No list names the modules, so that a new
 * source is a new file; and each function loads its own only, although all are in the one bundle.
 * @throws MisconfiguredError where there is no such module, or it cannot be loaded
 */
export const sourceNamed = async (name: string): Promise<SourceDefinition> => {
  // A name is no path: what leads out of the folder is no source.
  if (!/^[a-z0-9-]+$/.test(name)) return none(name);
  const loaded = await load(name);
  return loaded.source ?? none(name);
};

const load = async (name: string): Promise<{ readonly source?: SourceDefinition }> => {
  try {
    return (await import(`./sources/${name}.ts`)) as { readonly source?: SourceDefinition };
  } catch (error) {
    return none(name, error);
  }
};

const none = (name: string, cause?: unknown): never => {
  const file = `lambdas/enrichment/sources/${name}.ts`;
  throw new MisconfiguredError('environment', `SOURCE: no source can be loaded from ${file}`, {}, { cause });
};
