import { withHolds } from '../aws.ts';
import { parseOptions, type Command } from '../command.ts';
import { callKeeper, formatFollowed } from './call-keeper.ts';
import { standingLine } from './format-hold.ts';
import { checkSource, readStep, stepOptions } from './options.ts';

export const setCommand: Command = {
  summary: 'stop reading a source, until "hold release"',
  help: `Usage: npm run ops -- hold set SOURCE --why TEXT [options]

Stops the reading of a source on purpose. Its records wait in the stream; nothing is lost until they are as old as the
source's maxRecordAgeHours. Functions heed it within a second; then the keeper is called, so that the mapping is switched
off at once (Lambda takes up to two minutes). It does not end by itself: "hold release" ends it.

  --why TEXT  for whoever looks at it next; 500 characters at most
  --by NAME   who does it (default: your name on this machine)
  --env ENV   local, dev, staging or prod (default local)
  --json      one object: the hold, and what the keeper did ("look") or why it could not be asked ("problem")

Exit status 0; 1 where one stands already, which is then told; 2 for wrong input or a source that is not there.`,
  run: async (args) => {
    const { env, json, ...given } = parseOptions(args, stepOptions);
    const step = readStep('set', given);
    const { source } = step;
    return withHolds(env, async ({ lambda, holds }) => {
      await checkSource(lambda, env, source);
      const at = new Date().toISOString();
      const isPlaced = await holds.place({ ...step, cause: 'operator', reason: 'operator', from: {}, at });
      const hold = await holds.read(source);
      if (!isPlaced) {
        const which = hold?.standing ? standingLine(hold) : 'it has just been released: say it again';
        throw new Error(`${source} is held already, ${which}`);
      }
      const followed = await callKeeper(lambda, env, source);
      if (json) console.log(JSON.stringify({ hold: (await holds.read(source)) ?? null, ...followed }, null, 2));
      else console.log(`${source} is held (number ${hold?.number}); ${formatFollowed(followed)}`);
      return 0;
    });
  },
};
