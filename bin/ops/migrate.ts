import { connectTo } from './aws.ts';
import { parseOptions, UsageError, type Command } from './command.ts';
import { invokeMigration } from './migration.ts';

const run =
  (action: 'status' | 'contract'): Command['run'] =>
  async (args) => {
    const { env, json, positionals } = parseOptions(args);
    if (positionals.length > 0) {
      throw new UsageError(`migrate ${action} takes no "${positionals.join(' ')}"; --help lists the options`);
    }
    const answer = await invokeMigration(connectTo(env).lambda, env, action);
    console.log(
      json
        ? JSON.stringify(answer)
        : `version ${answer.version}, pending: ${answer.pending.length === 0 ? 'nothing' : answer.pending.join(', ')}`,
    );
    return 0;
  };

const options = `  --env ENV   local, dev, staging or prod (default local)
  --json      {"version": number, "applied": [name], "pending": [name]}`;

const commands = {
  status: {
    summary: 'the version the database has, and what is pending',
    help: `Usage: npm run ops -- migrate status [--env ENV] [--json]

Shows the highest migration that the database has, and the names of those that are pending, expand and contract alike.
Changes nothing. Exit status 0 also when some are pending, 1 when the migration function cannot be asked.

${options}`,
    run: run('status'),
  },
  contract: {
    summary: 'remove what the code before the last deploy needed',
    help: `Usage: npm run ops -- migrate contract [--env ENV] [--json]

Applies the pending contract migrations, each in a transaction of its own, then shows the version. They remove what the
code before the last deploy needed: run it when that deploy stays, for the code before it cannot come back afterwards.
Refused while an expand migration with a lower number is pending: deploy first. Run twice, it changes nothing more.
Exit status 0 when they are applied, 1 when one failed (it is named, and nothing of it stays) or could not be tried.

${options}`,
    run: run('contract'),
  },
} as const satisfies Record<string, Command>;

/** Expand migrations run with every deploy; contract migrations are an operator's decision. */
export const migrateCommand: Command = {
  summary: 'run the contract migrations, or show what is pending',
  help: `Usage: npm run ops -- migrate contract|status [--env ENV] [--json]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

"migrate contract --help" and "migrate status --help" say more. Expand migrations run with every deploy.`,
  commands,
  run: () => Promise.reject(new UsageError('migrate: say contract or status; migrate --help tells them apart')),
};
