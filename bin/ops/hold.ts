import { UsageError, type Command } from './command.ts';
import { listCommand } from './hold/list.ts';
import { releaseCommand } from './hold/release.ts';
import { setCommand } from './hold/set.ts';

const commands = { list: listCommand, set: setCommand, release: releaseCommand } as const;

export const holdCommand: Command = {
  summary: 'stop reading a source on purpose, and go on; which sources are held, and why',
  help: `Usage: npm run ops -- hold list|set|release [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)
  .join('\n')}

"hold list --help", "hold set --help" and "hold release --help" say more; docs/holds.md says what a hold is.`,
  commands,
  run: () => Promise.reject(new UsageError(`hold: say ${Object.keys(commands).join(', ')}`)),
};
