import type { DeadLetterStore, Selection } from '../../../lambdas/shared/dead-letters/dead-letter-store.ts';
import type { DeadLetterSummary } from '../../../lambdas/shared/dead-letters/entry.ts';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { withDeadLetters } from '../aws.ts';
import { parseOptions, UsageError, type Command } from '../command.ts';
import { listSources } from '../sources.ts';
import { formatList } from './format-list.ts';
import { momentOf } from './times.ts';

/** The newest entries of a selection, and what there is in all, as far as it was counted. */
export interface Listing {
  readonly entries: readonly DeadLetterSummary[];
  readonly byReason: ReadonlyMap<string, number>;
  /** There are more than were counted. */
  readonly more: boolean;
}

/** A summary looks at so many at most, or a poison burst of a whole day would be read for one line. */
const mostCounted = 10_000;

export const readListing = async (
  store: DeadLetterStore,
  selection: Selection,
  limit: number,
  most: number = mostCounted,
): Promise<Listing> => {
  const entries: DeadLetterSummary[] = [];
  const byReason = new Map<string, number>();
  let counted = 0;
  for await (const entry of store.list(selection)) {
    if (counted >= most) return { entries, byReason, more: true };
    counted += 1;
    byReason.set(entry.reason, (byReason.get(entry.reason) ?? 0) + 1);
    if (entries.length < limit) entries.push(entry);
  }
  return { entries, byReason, more: false };
};

/** One at a time: there may be more than memory holds. */
const printLines = async (store: DeadLetterStore, selection: Selection, limit: number): Promise<void> => {
  let printed = 0;
  for await (const entry of store.list(selection)) {
    console.log(JSON.stringify(entry));
    printed += 1;
    if (printed === limit) return;
  }
};

const limitOf = (text: string): number => {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1) return limit;
  throw new UsageError(`--limit: must be a whole number from 1 to 999999, is "${text}"`);
};

const options = {
  source: { type: 'string', multiple: true },
  reason: { type: 'string' },
  since: { type: 'string', default: '7d' },
  until: { type: 'string', default: '0s' },
  limit: { type: 'string', default: '20' },
} as const;

const sourcesOf = async (given: unknown, lambda: LambdaClient, env: string): Promise<readonly string[]> => {
  if (Array.isArray(given)) return [...new Set(given as string[])];
  const sources = await listSources(lambda, env);
  if (sources.length > 0) return sources;
  throw new Error(`${env} has no source with a mapping: is the enrichment stack deployed? Name one with --source`);
};

export const listCommand: Command = {
  summary: 'the newest, and how many there are by reason',
  help: `Usage: npm run ops -- dead-letters list [options]

Dead letters by the time of their failure, newest first: per entry a line with time (UTC), source, reason, size and
message, cut to the terminal, then its id, which "show" takes. The last line counts them by reason.

  --source NAME   only this source; may be given again (default: every source that has a mapping)
  --reason NAME   only this reason: docs/glossary.md, or what Lambda says of a give-up
  --since TIME    failed at or after: 30m, 2h, 7d, or 2026-11-21T08:00Z (default 7d)
  --until TIME    failed before (default: now)
  --limit N       so many entries (default 20)
  --env ENV       local, dev, staging or prod (default local)
  --json          an entry a line (NDJSON), all fields but the bytes; no other text

Exit status 0, also where there is none.`,
  run: async (args) => {
    const { env, json, values, positionals } = parseOptions(args, options);
    if (positionals.length > 0) throw new UsageError(`dead-letters list: takes no "${positionals.join(' ')}"`);
    const now = Date.now();
    const from = momentOf('since', String(values['since']), now);
    // What fails while we look is seen as well.
    const to = momentOf('until', String(values['until']), now + 1_000);
    if (from >= to) throw new UsageError('--since: must be before --until');
    const limit = limitOf(String(values['limit']));
    return withDeadLetters(env, async ({ lambda, store }) => {
      const sources = await sourcesOf(values['source'], lambda, env);
      const selection = { sources, from, to, reason: values['reason'] as string | undefined };
      if (json) await printLines(store, selection, limit);
      else {
        const listing = await readListing(store, selection, limit);
        console.log(formatList(listing, { from, to: Math.min(to, now) }, process.stdout.columns).join('\n'));
      }
      return 0;
    });
  },
};
