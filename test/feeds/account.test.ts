import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../feeds/account/account.ts';
import { formatAccount } from '../../feeds/account/format-account.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import { positionKey } from '../../lambdas/shared/stream/position.ts';
import {
  identityOf,
  keepsFrom,
  letterOf,
  positionOf,
  readersOf,
  rowOf,
  worldOf,
  type Fate,
  type KnownWorld,
} from './support/known-world.ts';

const accountOf = (world: KnownWorld): Promise<Account> => takeAccount(readersOf(world));
const market = (account: Account) => {
  const [source] = account.sources;
  if (!source || account.sources.length !== 1) throw new Error('one source was expected');
  return source;
};
/** Every fault of a world, as kind → number. */
const faultsOf = async (world: KnownWorld): Promise<Record<string, number>> => {
  const account = await accountOf(world);
  const faults = { ...market(account).faults };
  expect(account.balances).toBe(Object.keys(faults).length === 0);
  return faults;
};

const fate = fc.constantFrom<Fate>('stored', 'duplicate', 'parked', 'given-up', 'held');
const fates = fc.array(fate, { maxLength: 40 }).map((others): Fate[] => ['stored', ...others]);
const count = (all: readonly Fate[], ...wanted: Fate[]): number => all.filter((one) => wanted.includes(one)).length;

describe('an account', () => {
  it('puts every record of the stream into exactly one class, whatever became of each', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (all) => {
        const account = await accountOf(worldOf(all));
        expect(market(account).classes).toEqual({
          stored: count(all, 'stored'),
          duplicate: count(all, 'duplicate'),
          deadLetter: count(all, 'parked', 'given-up'),
          held: count(all, 'held'),
          lost: 0,
        });
        expect(market(account).records).toBe(all.length);
        expect(account.balances).toBe(true);
      }),
    );
  });

  it('finds every record that was lost, among whatever else', async () => {
    const some = fc.array(fc.oneof(fate, fc.constant<Fate>('lost')), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(some, async (others) => {
        const all: Fate[] = ['stored', ...others];
        const lost = count(all, 'lost');
        await expect(faultsOf(worldOf(all))).resolves.toEqual(lost > 0 ? { lost } : {});
      }),
    );
  });

  it('of a source without records is empty and balances', async () => {
    const account = await accountOf(worldOf([]));
    expect(market(account)).toMatchObject({ records: 0, faults: {} });
    expect(account.balances).toBe(true);
  });

  it('counts dead letters by reason', async () => {
    const account = await accountOf(worldOf(['stored', 'parked', 'parked', 'given-up']));
    expect(market(account).reasons).toEqual({ undecodable: 2, RetryAttemptsExhausted: 1 });
  });
});

describe('an account of several sources', () => {
  it('keeps them apart, by name', async () => {
    const market = worldOf(['stored', 'duplicate']);
    const weather = worldOf(['stored', 'lost']);
    const world: KnownWorld = {
      ...market,
      pages: [...market.pages, ...weather.pages.map((page) => ({ ...page, source: 'weather', stream: 'weather' }))],
      deadLetters: ['b', 'a'].map((reason, n) => ({
        ...letterOf(n),
        reason,
        source: 'weather',
        position: { ...positionOf(n), stream: 'weather' },
      })),
    };
    const account = await accountOf(world);
    expect(account.sources.map(({ source, records }) => [source, records])).toEqual([
      ['market', 2],
      ['weather', 2],
    ]);
    expect(account.balances).toBe(true);
    expect(formatAccount(account)).toMatch(/market\n[^w]*weather\n[^]*a 1, b 1/);
  });
});

describe('an account does not balance', () => {
  it('with a row, a dead letter or a hold whose record the stream does not have', async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (all) => {
        const world = worldOf(all);
        const ghost = all.length + 7;
        world.stored.push(rowOf(ghost));
        world.deadLetters.push(letterOf(ghost + 1));
        world.held.push({ source: 'market', position: positionOf(ghost + 2), arrivedAt: keepsFrom, digest: '' });
        // What comes behind the newest record of a shard, or stands in an empty one, is not old: it is made up.
        await expect(faultsOf(world)).resolves.toEqual({ phantomRow: 1, phantomDeadLetter: 1, phantomHeld: 1 });
      }),
    );
  });

  it('with a row from before the oldest record of its shard that is too young to have been forgotten', async () => {
    const world = worldOf(['stored', 'stored']);
    world.stored.push({ ...rowOf(5), position: positionOf(-1, 0), arrivedAt: keepsFrom + 1 });
    expect(await faultsOf(world)).toEqual({ phantomRow: 1 });
  });

  it('with a row of a shard that does not exist', async () => {
    const world = worldOf(['stored']);
    world.stored.push({ ...rowOf(1), position: positionOf(1, 5), arrivedAt: 0 });
    await expect(faultsOf(world)).resolves.toEqual({ phantomRow: 1 });
  });

  it('when a key is stored twice, as where the dedupe was skipped', async () => {
    const world = worldOf(['stored', 'lost']);
    world.identities.set('record 1', identityOf(0));
    world.stored.push({ ...identityOf(0), position: positionOf(1), arrivedAt: keepsFrom, storedAt: keepsFrom });
    await expect(faultsOf(world)).resolves.toEqual({ keyStoredTwice: 1 });
  });

  it('when a position is stored twice, under two ids', async () => {
    const world = worldOf(['stored']);
    world.stored.push({ ...rowOf(0), sourceEventId: 'another' });
    await expect(faultsOf(world)).resolves.toEqual({ positionStoredTwice: 1 });
  });

  it('when a record was parked that had been stored', async () => {
    const world = worldOf(['stored']);
    world.deadLetters.push({ ...letterOf(0), failedAt: rowOf(0).storedAt });
    await expect(faultsOf(world)).resolves.toEqual({ storedAndDead: 1 });
  });

  it('not when it was stored after it had been parked: a deployment that came meanwhile took it', async () => {
    const world = worldOf(['stored']);
    world.deadLetters.push({ ...letterOf(0), failedAt: rowOf(0).storedAt - 1 });
    await expect(faultsOf(world)).resolves.toEqual({});
    const account = await takeAccount(readersOf(world));
    expect(account.sources).toMatchObject([{ landed: 1, classes: { stored: 1, deadLetter: 0 } }]);
    expect(formatAccount(account)).toContain('1 of them parked before');
  });

  it.each([
    ['another id', { sourceEventId: 'another' }],
    ['another day', { day: 20_001 }],
    ['other content', { bodyHash: 'another' }],
  ])('when a row has %s than its record says', async (_, change) => {
    const world = worldOf(['stored']);
    world.stored[0] = { ...rowOf(0), ...change };
    await expect(faultsOf(world)).resolves.toEqual({ rowDiffers: 1 });
  });

  it('when a row stands for bytes that are no event', async () => {
    const world = worldOf(['stored']);
    world.identities.clear();
    await expect(faultsOf(world)).resolves.toEqual({ rowDiffers: 1 });
  });

  it('when a conflict was dropped: same key, other content, and no dead letter', async () => {
    const world = worldOf(['stored', 'lost']);
    world.identities.set('record 1', { ...identityOf(0), bodyHash: 'another' });
    await expect(faultsOf(world)).resolves.toEqual({ lost: 1 });
  });

  it('when a dead letter carries other bytes than the stream, or none', async () => {
    const world = worldOf(['stored', 'parked', 'parked']);
    world.deadLetters[0] = { ...letterOf(1), digest: 'another' };
    world.deadLetters[1] = { ...letterOf(2), digest: undefined };
    await expect(faultsOf(world)).resolves.toEqual({ bytesDiffer: 2 });
  });
});

describe('an account balances', () => {
  it('when Lambda gave up on a record that had been stored before the crash', async () => {
    const world = worldOf(['stored']);
    world.deadLetters.push(letterOf(0, 'given-up'));
    await expect(faultsOf(world)).resolves.toEqual({});
  });

  it('when the stream has forgotten the oldest of a shard, or all of it', async () => {
    const world = worldOf(Array.from({ length: 12 }, (): Fate => 'stored'));
    world.deadLetters.push({ ...letterOf(14), position: positionOf(-1, 0), arrivedAt: keepsFrom - 1 });
    for (const [index, page] of world.pages.entries()) {
      // Shard 0 has lost its first half; shard 1 has lost everything.
      world.pages[index] = { ...page, keepsFrom: keepsFrom + 20, ...(index === 1 ? {} : { records: [] }) };
    }
    const account = await accountOf(world);
    expect(market(account)).toMatchObject({ records: 3, classes: { stored: 3 }, agedOut: 10 });
    expect(account.balances).toBe(true);
  });
});

describe('a printed account', () => {
  it('shows every class, the reasons of dead letters, and that it balances', async () => {
    const text = formatAccount(
      await accountOf(worldOf(['stored', 'stored', 'duplicate', 'parked', 'parked', 'given-up'])),
    );
    expect(text.split('\n').map((line) => line.replaceAll(/\s+/g, ' ').trim())).toEqual([
      'Account: every record of the stream, read again from the beginning',
      'market',
      'in the stream 6',
      'stored 2',
      'duplicate 1',
      'dead letter 3 undecodable 2, RetryAttemptsExhausted 1',
      'held 0',
      'lost 0',
      'phantom 0',
      'The account balances.',
    ]);
  });

  it('says what is wrong, how often, and where the first few are', async () => {
    const world = worldOf(['stored', ...Array.from({ length: 8 }, (): Fate => 'lost')]);
    world.stored.push(rowOf(100));
    const text = formatAccount(await accountOf(world));
    expect(text).toContain('THE ACCOUNT DOES NOT BALANCE.');
    expect(text).toMatch(/FAULT +8 +in the stream and nowhere else/);
    expect(text).toMatch(/phantom +1/);
    expect(text.split('\n').filter((line) => line.includes('nowhere else: '))).toHaveLength(5);
    expect(text).toContain(`a row whose record is not in the stream: ${positionKey(positionOf(100))}`);
  });

  it('mentions what aged out only where there is some', async () => {
    const world = worldOf(['stored', 'parked']);
    world.stored.push({ ...rowOf(5), position: positionOf(-1, 0), arrivedAt: keepsFrom - 1 });
    const text = formatAccount(await accountOf(world));
    expect(text).toMatch(/aged out +1/);
  });
});
