#!/usr/bin/env node
import { deadLettersCommand } from './ops/dead-letters.ts';
import { holdCommand } from './ops/hold.ts';
import { migrateCommand } from './ops/migrate.ts';
import { statusCommand } from './ops/status.ts';
import { UsageError, type Command } from './ops/command.ts';

const commands: Readonly<Record<string, Command>> = {
  status: statusCommand,
  'dead-letters': deadLettersCommand,
  hold: holdCommand,
  migrate: migrateCommand,
};

/** What the words at the beginning name, as far as they do, and what follows them. */
const commandIn = (command: Command, args: readonly string[]): { command: Command; rest: readonly string[] } => {
  const [word = '', ...rest] = args;
  const inner = command.commands && Object.hasOwn(command.commands, word) ? command.commands[word] : undefined;
  return inner ? commandIn(inner, rest) : { command, rest: args };
};

const help = `Usage: npm run ops -- <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(13)} ${summary}`)
  .join('\n')}

Every command takes --env local|dev|staging|prod (default local: the platform that "npm start" runs now; any other
environment is reached with the AWS credentials and Region of your shell), --json for machines, and --help.`;

const main = async (args: readonly string[]): Promise<number> => {
  const [name, ...following] = args;
  if (name === undefined || name === '--help' || name === 'help') {
    console.log(help);
    return name === undefined ? 2 : 0;
  }
  const known = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!known) throw new UsageError(`there is no command "${name}"; there are: ${Object.keys(commands).join(', ')}`);
  const { command, rest } = commandIn(known, following);
  if (rest.includes('--help')) {
    console.log(command.help);
    return 0;
  }
  return command.run(rest);
};

// Whoever reads us may have enough: `… --json | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`ops: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
