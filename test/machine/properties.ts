import { expect } from 'vitest';
import { formatAccount } from '../../feeds/account/format-account.ts';
import { expectedOf } from './expected.ts';
import { accountOf, outcomeOf } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { playOut, smallSettings, type Settings, type Variants, type World } from './world.ts';

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

/** Whatever happened: in the end the tables are what the records alone say, and the account balances. */
export const expectTheSameEnd = async (
  scenario: Scenario,
  variants: Variants = {},
  settings: Settings = smallSettings,
): Promise<World> => {
  const world = await playOut(scenario, settings, variants);
  try {
    const { kept, ...expected } = expectedOf(scenario.shards.map((records) => records.map(({ spec }) => spec)));
    expect(outcomeOf(world)).toEqual(expected);
    expectOutbox(world, kept);
    const account = await accountOf(world);
    if (!account.balances) throw new Error(formatAccount(account));
    return world;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`${text}\n\nWhat happened, in seconds:\n${world.gate.trace.join('\n')}`, { cause: error });
  }
};
