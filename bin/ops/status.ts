import { connectTo } from './aws.ts';
import { parseOptions, UsageError, type Command } from './command.ts';
import { formatStatus } from './format-status.ts';
import { readStatus } from './read-status.ts';

export const statusCommand: Command = {
  summary:
    'readiness of every dependency and source; holds, mapping state, retries and rejects by reason; migration version',
  help: `Usage: npm run ops -- status [--env ENV] [--since MINUTES] [--json]

Shows first whether the platform is ready: a line for each dependency (used for real, just now) and for each source (its
lag, and how much is allowed). Then, per source, the hold that stands, and what its function counted; last how much waits
to be published to clients. What cannot be asked is said, the rest shown.

  --env ENV        local, dev, staging or prod (default local)
  --since MINUTES  the period that is counted (default 60)
  --json           everything as one object

Exit status 0 when it is ready, every mapping enabled and no source held; 1 when not, or when something could not be
asked; 2 wrong input.`,
  run: async (args) => {
    const { env, json, values, positionals } = parseOptions(args, { since: { type: 'string', default: '60' } });
    if (positionals.length > 0)
      throw new UsageError(`status takes no "${positionals.join(' ')}"; --help lists the options`);
    const since = Number(values['since']);
    if (!Number.isInteger(since) || since < 1)
      throw new UsageError('--since: must be a whole number of minutes, 1 or more; --help lists the options');
    const status = await readStatus(connectTo(env), env, since, new Date());
    console.log(json ? JSON.stringify(status, null, 2) : formatStatus(status));
    return status.well ? 0 : 1;
  },
};
