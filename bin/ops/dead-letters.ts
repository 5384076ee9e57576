import { UsageError, type Command } from './command.ts';
import { listCommand } from './dead-letters/list.ts';
import { showCommand } from './dead-letters/show.ts';

const commands = { list: listCommand, show: showCommand } as const;

export const deadLettersCommand: Command = {
  summary: 'records that could not be stored: list them, show one with its bytes',
  help: `Usage: npm run ops -- dead-letters list|show [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)
  .join('\n')}

"dead-letters list --help" and "dead-letters show --help" say more.`,
  commands,
  run: () => Promise.reject(new UsageError(`dead-letters: say ${Object.keys(commands).join(' or ')}`)),
};
