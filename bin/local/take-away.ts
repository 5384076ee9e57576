import type { AheadEncoder } from '../../feeds/ahead-encoder.ts';
import { systemClock } from '../../feeds/clock.ts';
import type { Fault } from '../../local/faults/fault.ts';
import { runInTurn, shortestLength, type FaultTimes } from '../../local/faults/run-in-turn.ts';
import type { LocalRun } from '../../local/run.ts';
import { takeableServices, type TakeableService } from '../../local/services/start-services.ts';
import { longestLag } from './live.ts';
import type { Platform } from './platform.ts';

const usualTimes: FaultTimes = { leadMs: 4_000, eachMs: 5_000, pauseMs: 3_000, longestRecoveryMs: 60_000 };

const isTakeable = (name: string): name is TakeableService => takeableServices.some((known) => known === name);

/** @param given - each one name, or several with commas between. @throws Error naming what is wrong */
export const readTakeAway = (given: readonly string[]): readonly TakeableService[] => {
  const names = given.flatMap((text) => text.split(','));
  return names.map((name, index) => {
    if (!isTakeable(name)) throw new Error(`--take-away must be of ${takeableServices.join(', ')}, is "${name}"`);
    if (names.indexOf(name) !== index) throw new Error(`--take-away: ${name} is there twice`);
    return name;
  });
};

/** @param feedMs - how long the feed lasts. @throws Error saying how long it must */
export const checkFeedLasts = (services: readonly TakeableService[], feedMs: number, what: string): void => {
  const leastMs = services.length === 0 ? 0 : shortestLength(services.length, usualTimes);
  if (feedMs >= leastMs) return;
  const lasts = `${Math.floor(feedMs / 100) / 10} s`;
  throw new Error(`${what} is too short (${lasts}): --take-away ${services.join()} takes ${leastMs / 1000} s at least`);
};

const titles: Readonly<Record<TakeableService, string>> = {
  postgres: 'PostgreSQL',
  dynamodb: 'DynamoDB',
  sqs: 'SQS',
  s3: 'S3',
  registry: 'the schema registry',
};

/** While the registry is away, a producer sends with schema versions that no function has met. */
const withProducerAhead = (fault: Fault, encoder: AheadEncoder, say: (line: string) => void): Fault => ({
  ...fault,
  begin: async () => {
    await encoder.register();
    await fault.begin();
    encoder.goAhead();
  },
  end: async () => {
    say(`${fault.name}: ${encoder.fallBack()} records have been made with schema versions that are in no bundle`);
    await fault.end();
  },
});

export interface TakingAway {
  readonly services: readonly TakeableService[];
  readonly run: Pick<LocalRun, 'takeable' | 'world'>;
  readonly platform: Platform;
  /** Ends it early; what is away by then is brought back. */
  readonly end: AbortSignal;
  readonly times?: FaultTimes;
}

/** Takes each of the services away in turn. @throws Error where one does not come back */
export const takeAway = async ({
  services,
  run: { takeable, world },
  platform,
  end,
  times = usualTimes,
}: TakingAway): Promise<void> => {
  if (services.length === 0) return;
  const say = (line: string): void => world.progress(line);
  const { now, sleep } = systemClock(end);
  const faults = services.map((service): Fault => {
    const { takeAway: begin, bringBack } = takeable[service];
    const fault = { name: `${titles[service]} away`, begin, end: bringBack };
    return service === 'registry' ? withProducerAhead(fault, platform.encoder, say) : fault;
  });
  await runInTurn(faults, times, {
    now,
    sleep: async (ms) => {
      await sleep(ms).catch((error: unknown) => {
        if (!end.aborted) throw error;
      });
    },
    ending: () => end.aborted,
    isCaughtUp: (since) => platform.isCaughtUp(since),
    longestLag: (since) => longestLag(world.metrics, {}, since, now()),
    say,
  });
};
