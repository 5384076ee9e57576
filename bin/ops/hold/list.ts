import { withHolds } from '../aws.ts';
import { parseOptions, UsageError, type Command } from '../command.ts';
import { listSources } from '../sources.ts';
import { formatHolds, inOrder } from './format-hold.ts';
import { checkSource } from './options.ts';

export const listCommand: Command = {
  summary: 'the hold of each source, standing first, with every step: who, when, why',
  help: `Usage: npm run ops -- hold list [SOURCE] [options]

The latest hold of each source, standing first, with its last 20 steps, oldest first; earlier holds of the source are
among them. Times are UTC.

  --env ENV  local, dev, staging or prod (default local)
  --json     a list of holds as the table has them; a source that was never held is not in it

Exit status 0, also where a hold stands ("ops status" is the one that says no); 2 for a source that is not there.`,
  run: async (args) => {
    const { env, json, positionals } = parseOptions(args);
    const [only, ...more] = positionals;
    if (more.length > 0) throw new UsageError(`hold list: takes no "${more.join(' ')}"`);
    return withHolds(env, async ({ lambda, holds }) => {
      if (only !== undefined) await checkSource(lambda, env, only);
      const sources = only === undefined ? await listSources(lambda, env) : [only];
      if (sources.length === 0)
        throw new Error(`${env} has no source with a mapping: is the enrichment stack deployed?`);
      const found = await Promise.all(sources.map((source) => holds.read(source)));
      const held = inOrder(found.filter((hold) => hold !== undefined));
      const never = sources.filter((_, n) => found[n] === undefined);
      console.log(json ? JSON.stringify(held, null, 2) : formatHolds(held, never, Date.now()).join('\n'));
      return 0;
    });
  },
};
