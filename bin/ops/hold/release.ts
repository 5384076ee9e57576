import { withHolds } from '../aws.ts';
import { parseOptions, type Command } from '../command.ts';
import { shortTime } from '../dead-letters/printable.ts';
import { callKeeper, formatFollowed } from './call-keeper.ts';
import { checkSource, parkMs, readStep, stepOptions } from './options.ts';

export const releaseCommand: Command = {
  summary: 'go on reading a source that is held',
  help: `Usage: npm run ops -- hold release SOURCE --why TEXT [options]

Ends the hold of a source, whatever its cause, and calls the keeper, so that the mapping is switched on at once (Lambda
takes up to two minutes). Where the cause is not gone, the function places the next hold.

  --park TIME  accept what would be rejected: for so long, such as 15m or 2h and 24h at most, rejects are parked without
               the guard against storms of them; then it stands again
  --why TEXT   for whoever looks at it next; 500 characters at most
  --by NAME    who does it (default: your name on this machine)
  --env ENV    local, dev, staging or prod (default local)
  --json       one object: the hold, and what the keeper did ("look") or why it could not be asked ("problem")

Exit status 0; 1 where no hold stands; 2 for wrong input or a source that is not there.`,
  run: async (args) => {
    const { env, json, ...given } = parseOptions(args, { ...stepOptions, park: { type: 'string' } });
    const step = readStep('release', given);
    const { source } = step;
    const park = given.values['park'];
    const parkFor = typeof park === 'string' ? parkMs(park) : undefined;
    return withHolds(env, async ({ lambda, holds }) => {
      await checkSource(lambda, env, source);
      const standing = await holds.read(source);
      const now = Date.now();
      const parkUntil = parkFor === undefined ? {} : { parkUntil: new Date(now + parkFor).toISOString() };
      const { number } = standing ?? { number: 0 };
      const at = new Date(now).toISOString();
      if (!standing?.standing || !(await holds.release({ ...step, number, at, ...parkUntil })))
        throw new Error(`${source} is not held: "hold list ${source}" has what was`);
      const followed = await callKeeper(lambda, env, source);
      if (json) console.log(JSON.stringify({ hold: (await holds.read(source)) ?? null, ...followed }, null, 2));
      else {
        const until = parkUntil.parkUntil ? `, rejects are parked until ${shortTime(parkUntil.parkUntil)}` : '';
        console.log(`${source} is released (number ${number})${until}; ${formatFollowed(followed)}`);
      }
      return 0;
    });
  },
};
