import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from '../../feeds/account/account.ts';
import { settle } from '../../feeds/account/settle.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import type { Subscriber } from '../../feeds/subscriber/subscriber.ts';
import { awaitDelivery } from './await-delivery.ts';
import { catchUp } from './catch-up.ts';
import type { DeliveryWatch } from './delivery.ts';
import type { Session } from './session.ts';

type Ending = Pick<Session, 'platform' | 'screen' | 'signals'>;

/** Once all shards are read to their end, what does not balance after this long never will. */
const settledMs = 5_000;
const lookAgainMs = 2_000;

/** Everything that waits ends with an error where all is to be stopped at once. */
const clockOf = ({ signals }: Ending) => ({
  now: Date.now,
  sleep: (ms: number): Promise<void> => wait(ms, undefined, { signal: signals.stopNow }),
});

/** Waits until the streams are read, the dead letters taken in and the messages with the subscriber. */
export const untilAllIsDone = async (ending: Ending, subscriber: Subscriber): Promise<void> => {
  const { platform, screen } = ending;
  const clock = clockOf(ending);
  const say = (line: string): void => screen.print(line);
  say('Waiting until everything in the streams has been processed.');
  await catchUp({ ...platform, ...clock, say });
  await awaitDelivery({ ...clock, progress: () => platform.delivery.progress(), subscriber, say });
  // Last: a message that cannot be published becomes a dead letter, too.
  const onWait = (messages: number): void => say(`Waiting for ${messages} messages on their way to the dead letters.`);
  const left = await platform.drainIntake({ ...clock, onWait });
  if (left > 0) say(`${left} messages did not get to the dead letters: the account is taken without them.`);
};

/** Takes the account, again and again as long as what is missing still comes. */
export const takeFinalAccount = async (ending: Ending, watch: DeliveryWatch): Promise<Account> => {
  const { platform, screen } = ending;
  screen.print('Taking the account.');
  return settle(
    () => takeAccount(platform.readers, watch),
    { everyMs: lookAgainMs, unchangedMs: settledMs, ...clockOf(ending) },
    () => screen.print('The account does not balance yet; looking again.'),
  );
};
