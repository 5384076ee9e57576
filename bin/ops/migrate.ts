import { connectTo } from './aws.ts';
import { parseOptions, UsageError, type Command } from './command.ts';
import { invokeMigration } from './migration.ts';

/** Expand migrations run with every deploy; contract migrations are an operator's decision. */
export const migrateCommand: Command = {
  summary: 'run the contract migrations, or show what is pending',
  help: `Usage: npm run ops -- migrate contract|status [--env ENV] [--json]

  status    the version the database has, and what is pending
  contract  remove what the code before the last deploy needed; refused while an earlier expand migration is pending`,
  run: async (args) => {
    const { env, json, positionals } = parseOptions(args);
    const [action] = positionals;
    if (action !== 'contract' && action !== 'status') throw new UsageError('migrate: say contract or status');
    const answer = await invokeMigration(connectTo(env).lambda, env, action);
    console.log(
      json
        ? JSON.stringify(answer)
        : `version ${answer.version}, pending: ${answer.pending.length === 0 ? 'nothing' : answer.pending.join(', ')}`,
    );
    return 0;
  },
};
