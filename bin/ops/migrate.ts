import { connectTo } from './aws.ts';
import { parseOptions, UsageError, type Command } from './command.ts';
import { invokeMigration } from './migration.ts';

/** Expand migrations run with every deploy; contract migrations are an operator's decision. */
export const migrateCommand: Command = {
  summary: 'run the contract migrations, or show what is pending',
  help: `Usage: npm run ops -- migrate contract|status [--env ENV] [--json]

  status    the version the database has, and what is pending
  contract  remove what the code before the last deploy needed; refused while an earlier expand migration is pending

npm run ops -- migrate status --help and migrate contract --help say more. Expand migrations run with every deploy.`,
  helpOf: {
    status: `Usage: npm run ops -- migrate status [--env ENV] [--json]

Shows the highest migration that the database has, and the names of those that are pending, expand and contract alike.
Changes nothing. Exit status 0 also when some are pending, 1 when the migration function cannot be asked.

  --env ENV   local, dev, staging or prod (default local)
  --json      {"version": number, "applied": [name], "pending": [name]}`,
    contract: `Usage: npm run ops -- migrate contract [--env ENV] [--json]

Applies the pending contract migrations, each in a transaction of its own, then shows the version. They remove what the
code before the last deploy needed: run it when that deploy stays, for the code before it cannot come back afterwards.
Refused while an expand migration with a lower number is pending: deploy first. Run twice, it changes nothing more.
Exit status 0 when they are applied, 1 when one failed (it is named, and nothing of it stays) or could not be tried.

  --env ENV   local, dev, staging or prod (default local)
  --json      {"version": number, "applied": [name], "pending": [name]}`,
  },
  run: async (args) => {
    const { env, json, positionals } = parseOptions(args);
    const [action] = positionals;
    if (action !== 'contract' && action !== 'status')
      throw new UsageError('migrate: say contract or status; migrate --help tells them apart');
    const answer = await invokeMigration(connectTo(env).lambda, env, action);
    console.log(
      json
        ? JSON.stringify(answer)
        : `version ${answer.version}, pending: ${answer.pending.length === 0 ? 'nothing' : answer.pending.join(', ')}`,
    );
    return 0;
  },
};
