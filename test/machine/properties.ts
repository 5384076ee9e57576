import { expect } from 'vitest';
import { formatAccount } from '../../feeds/account/format-account.ts';
import { expectedOf, type Outcome } from './expected.ts';
import { accountOf, outcomeOf } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { badReason, type Variants } from './instance.ts';
import { playOut, smallSettings, type Settings, type World } from './world.ts';

/** Outbox rows are of stored events, each once; every `each` is there, and the newest `latest` of each entity. */
const expectOutbox = ({ backends }: World, kept: ReturnType<typeof expectedOf>['kept']): void => {
  const ids = backends.store.outbox.map(({ sourceEventId }) => sourceEventId);
  expect(ids, 'an outbox row twice').toHaveLength(new Set(ids).size);
  const stored = new Set(kept.map(({ id }) => id));
  expect(
    ids.filter((id) => !stored.has(id)),
    'outbox rows of what is not stored',
  ).toEqual([]);
  const quotes = Map.groupBy(
    kept.filter(({ kind }) => kind === 'quote'),
    ({ symbol }) => symbol,
  );
  const newest = [...quotes.values()].map((of) =>
    of.reduce((a, b) => (b.at > a.at || (b.at === a.at && b.id > a.id) ? b : a)),
  );
  const due = [...kept.filter(({ kind }) => kind === 'trade'), ...newest].map(({ id }) => id);
  expect(
    due.filter((id) => !ids.includes(id)),
    'outbox rows that are missing',
  ).toEqual([]);
};

/**
 * Whoever reads the outbox was told after the last row of each channel was there. Where the queue itself was away the
 * sweep has to find it; and what was stored before a bad deploy parked it when it came again, nobody is told of either.
 */
const unwokenOf = (
  { backends, gate }: World,
  { outages }: Scenario,
  parked: ReadonlySet<string>,
): readonly string[] => {
  const couldFail =
    outages.some(({ dependency }) => dependency === 'wake-queue') || gate.struck.has('wake send/refused');
  if (couldFail) return [];
  const { events, outbox } = backends.store;
  const mistakes = new Set(
    [...events.values()]
      .filter(({ shard, sequenceNumber }) => parked.has(`${shard}/${sequenceNumber}`))
      .map(({ sourceEventId }) => sourceEventId),
  );
  return outbox
    .filter(({ sourceEventId }) => !mistakes.has(sourceEventId))
    .filter(({ channel, visibleAt }) => (backends.wakes.get(channel) ?? 0) < visibleAt)
    .map(({ channel, sourceEventId }) => `not woken: ${channel}, after ${sourceEventId} was there`);
};

/** A storm is held at its twentieth reject; an instance that dies takes up to nine with it that it has told nobody of. */
const mostParked = ({ faults }: Scenario): number => 19 + 9 * faults.length;

/** What a bad deploy has parked before it was held. Few records of a shard, and none where there was no bad deploy. */
const mistakesIn = (scenario: Scenario, { deadLetters }: Outcome): ReadonlyMap<string, string> => {
  const mistakes = Object.entries(deadLetters).filter(([, reason]) => reason === badReason);
  if (scenario.deploys.length === 0) return new Map();
  const byShard = Map.groupBy(mistakes, ([position]) => position.split('/')[0]);
  // Instances that cannot tell each other anything may each park as many.
  const canTell = scenario.outages.every(({ dependency }) => dependency !== 'controls');
  for (const parked of byShard.values()) if (canTell) expect(parked.length).toBeLessThanOrEqual(mostParked(scenario));
  return new Map(mistakes);
};

const mostNamed = 50;

/** A line for each entry that is not as it must be. */
const differencesOf = (outcome: Outcome, expected: Outcome): readonly string[] =>
  (['events', 'windows', 'states', 'deadLetters'] as const).flatMap((table) => {
    const [is, must] = [outcome[table], expected[table]];
    return [...new Set([...Object.keys(is), ...Object.keys(must)])]
      .filter((key) => is[key] !== must[key])
      .map((key) => `${table}: ${key} is ${is[key] ?? 'not there'}, and must be ${must[key] ?? 'not there'}`);
  });

/** Between what differs and every call in its order. */
export const whatHappened = 'What happened, in seconds:';

/** Whatever happened: in the end the tables are what the records alone say, and the account balances. */
export const expectTheSameEnd = async (
  scenario: Scenario,
  variants: Variants = {},
  settings: Settings = smallSettings,
): Promise<World> => {
  const world = await playOut(scenario, settings, variants);
  try {
    if (world.violations.length > 0) throw new Error(world.violations.slice(0, mostNamed).join('\n'));
    const outcome = outcomeOf(world);
    const parkedByMistake = mistakesIn(scenario, outcome);
    const specs = scenario.shards.map((records) => records.map(({ spec }) => spec));
    const stored = new Set(Object.values(outcome.events));
    const lostToIt = (position: string) => (stored.has(position) ? undefined : parkedByMistake.get(position));
    const { kept, ...expected } = expectedOf(specs, lostToIt);
    const deadLetters = { ...expected.deadLetters, ...Object.fromEntries(parkedByMistake) };
    // What a bad deploy has parked of a batch that was not finished comes again, and may be stored by its fix; or it was
    // stored by the code before, and parked when it came again, and then nobody has projected it.
    const both = [...parkedByMistake.keys()].filter((position) => stored.has(position)).length;
    const states = both > 0 ? outcome.states : expected.states;
    const differences = [
      ...differencesOf(outcome, { ...expected, deadLetters, states }),
      ...unwokenOf(world, scenario, new Set(parkedByMistake.keys())),
    ];
    if (differences.length > 0) throw new Error(differences.slice(0, mostNamed).join('\n'));
    expectOutbox(world, kept);
    const account = await accountOf(world);
    const faults = account.sources.flatMap((of) => Object.values({ ...of.faults, storedAndDead: undefined }));
    const { storedAndDead = 0 } = account.sources[0]?.faults ?? {};
    if (storedAndDead !== both || faults.some((count) => count !== undefined)) throw new Error(formatAccount(account));
    return world;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`${text}\n\n${whatHappened}\n${world.gate.trace.join('\n')}`, { cause: error });
  }
};
