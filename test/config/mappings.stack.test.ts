import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { importsOf } from '../architecture/imports.ts';
import { readSourceTree } from '../architecture/source-tree.ts';
import { mappingsAreSafe } from './mapping-rules.ts';
import { synthesized } from './synthesized.ts';

const tree = readSourceTree();

/** A module and all that it loads. */
const loadedBy = (path: string, known = new Set<string>()): ReadonlySet<string> => {
  const file = tree.find((candidate) => candidate.path === path);
  if (!file || known.has(path)) return known;
  known.add(path);
  for (const { to, typeOnly } of importsOf(file)) if (to.kind === 'file' && !typeOnly) loadedBy(to.path, known);
  return known;
};

/** The handlers that a function's name leads to: its own, or where sources share one code, the capability's. */
const handlersOf = (functionName: string): readonly string[] => {
  const [, , capability = '', what = ''] = /^millrace-(\w+)-([a-z]+)-(.+)$/.exec(functionName) ?? [];
  const own = `lambdas/${capability}/${what}.handler.ts`;
  const all = tree.map(({ path }) => path).filter((path) => path.endsWith('.handler.ts'));
  return all.includes(own) ? [own] : all.filter((path) => path.startsWith(`lambdas/${capability}/`));
};

const answersPartly = (functionName: string): boolean => {
  const handlers = handlersOf(functionName);
  const says = (path: string): boolean =>
    tree.some((file) => file.path === path && /batchItemFailures:/.test(file.text));
  return handlers.length > 0 && handlers.every((handler) => [...loadedBy(handler)].some(says));
};

describe.each(environmentNames)('the event source mappings in %s', (name) => {
  const { sources } = environmentNamed(name);
  const longestHold = (functionName: string): number | undefined => {
    const hours = sources[functionName.replace(`millrace-${name}-enrichment-`, '')]?.longestHoldHours;
    return hours === undefined ? undefined : hours * 3_600;
  };

  it('end every retry, lose no record, and answer in part', () => {
    const { examined, violations } = mappingsAreSafe(synthesized(name).resources, { longestHold, answersPartly });
    expect(violations).toEqual([]);
    expect(examined).toBeGreaterThanOrEqual(Object.keys(sources).length + 2);
  });
});

describe('a handler', () => {
  it('answers in part where anything it loads says so, and one that does not is found', () => {
    expect(answersPartly('millrace-prod-enrichment-market')).toBe(true);
    expect(answersPartly('millrace-prod-operations-take-in-parked')).toBe(true);
    expect(answersPartly('millrace-prod-operations-prepare-partitions')).toBe(false);
    expect(answersPartly('millrace-prod-nothing-like-it')).toBe(false);
  });
});
