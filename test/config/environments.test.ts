import { describe, expect, it } from 'vitest';
import { checkEnvironment } from '../../lib/config/check-environment.ts';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { type Environment, environmentNames, type SourceSettings } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { databaseUsers, enrichmentUser, physicalName } from '../../lib/config/names.ts';

const prod = environmentNamed('prod');
const market = prod.sources['market'] as SourceSettings;

const withSource = (changes: Partial<Record<keyof SourceSettings, unknown>>, name = 'market'): Environment => ({
  ...prod,
  sources: { [name]: { ...market, ...changes } as SourceSettings },
});
const withDatabase = (changes: Partial<Environment['database']>): Environment => ({
  ...prod,
  database: { ...prod.database, ...changes },
});

describe('environmentNamed', () => {
  it.each(environmentNames)('gives the checked values of %s', (name) => {
    expect(environmentNamed(name).name).toBe(name);
    expect(Object.keys(environmentNamed(name).sources)).toContain('market');
  });

  it.each([
    [undefined, 'no environment is named: pass -c env=<name>, one of local, dev, staging, prod'],
    ['production', 'there is no environment "production": pass -c env=<name>, one of local, dev, staging, prod'],
    ['toString', 'there is no environment "toString": pass -c env=<name>, one of local, dev, staging, prod'],
  ])('refuses %s and lists what there is', (name, sentence) => {
    expect(() => environmentNamed(name)).toThrow(new ConfigurationError([sentence]));
  });

  it('keeps data where people would miss it', () => {
    expect(environmentNames.filter((name) => environmentNamed(name).retainData)).toEqual(['staging', 'prod']);
  });
});

describe('checkEnvironment', () => {
  it('finds nothing wrong with what is committed', () => {
    expect(environmentNames.flatMap((name) => checkEnvironment(environmentNamed(name)))).toEqual([]);
  });

  it.each<[Environment, string]>([
    [withSource({ transport: 'msk' }), 'source market: transport msk is not known; there is: kinesis'],
    [
      withSource({ retentionHours: 144 }),
      'source market: retentionHours 144 must be above maxRecordAgeHours 144, or records expire unread',
    ],
    [
      withSource({ longestHoldHours: 144 }),
      'source market: maxRecordAgeHours 144 must be above longestHoldHours 144, or held records are given up',
    ],
    [withSource({ attempts: -1 }), 'source market: attempts must be a whole number from 1 to 10000, is -1'],
    [
      withSource({ attempts: 95 }),
      'source market: attempts 95 must be at least 96: an outage spends 24 before its hold has stopped the reading, and that may be a quarter of them',
    ],
    [
      withSource({ timeoutSeconds: 30 }),
      'source market: attempts 100 must be at least 164: an outage spends 41 before its hold has stopped the reading, and that may be a quarter of them',
    ],
    [withSource({ holdAfterSeconds: 0 }), 'source market: holdAfterSeconds must be a whole number from 1 to 600, is 0'],
    [withSource({ batchSize: 0.5 }), 'source market: batchSize must be a whole number from 1 to 10000, is 0.5'],
    [
      withSource({ lanesPerShard: 11, reservedConcurrency: 100 }),
      'source market: lanesPerShard must be a whole number from 1 to 10, is 11',
    ],
    [
      withSource({ reservedConcurrency: 15 }),
      'source market: reservedConcurrency 15 is below its 16 lanes (shards × lanesPerShard): lanes would be throttled',
    ],
    [withSource({ subjects: [] }), 'source market: it has no subjects'],
    [withSource({ subjects: ['a', 'a'] }), 'source market: a is listed twice'],
    [withSource({}, 'Market_Data'), 'source Market_Data: its name must be lower-case words joined by dashes'],
    [
      { ...prod, sources: { market, prices: { ...market, subjects: ['market-trade'] } } },
      'source prices: market-trade belongs to market',
    ],
    [withDatabase({ minCapacity: 0.7 }), 'database capacity must be 0 to 256 in steps of 0.5, is 0.7'],
    [withDatabase({ maxCapacity: 512 }), 'database capacity must be 0 to 256 in steps of 0.5, is 512'],
    [withDatabase({ minCapacity: 65 }), 'database.minCapacity 65 is above database.maxCapacity 64'],
    [
      withDatabase({ connections: 12_000 }),
      'database.connections 12000 need more memory than database.maxCapacity 64 has: at most 11520',
    ],
    [
      { ...withDatabase({ connections: 110 }), sources: { market } },
      'the functions may open 107 connections, database.connections 110 less 10 are 100: lower reservedConcurrency or raise it',
    ],
    [
      withDatabase({ minCapacity: 0 }),
      'database.proxy keeps connections open, so a database with minCapacity 0 would never pause',
    ],
    [withDatabase({ standbys: 16 }), 'database.standbys must be 0 to 15, is 16'],
    [withDatabase({ backupDays: 36 }), 'database.backupDays must be 1 to 35, is 36'],
    [
      { ...prod, sources: { market }, accountConcurrency: 240 },
      "the functions reserve 156 instances, the account's 240 less 100 are 140: lower reservedConcurrency or raise accountConcurrency",
    ],
    [{ ...prod, deadLetterDays: 30 }, 'deadLetterDays must be at least 90, is 30'],
    [
      { ...prod, horizonDays: 90 },
      'horizonDays 90 must be above deadLetterDays 90, or a replayed dead letter is too old',
    ],
    [
      { ...prod, maxRecordBytes: 2_000_000 },
      'maxRecordBytes must be 1 to 1048576, which is what a stream takes, is 2000000',
    ],
    [{ ...prod, maxFutureSeconds: 604_801 }, 'maxFutureSeconds 604801 must lie within partitionDaysAhead 7'],
    [
      { ...prod, partitionDaysAhead: 1 },
      'partitionDaysAhead must be at least 2, so that a day’s failed run costs nothing, is 1',
    ],
  ])('says what contradicts what (%#)', (environment, sentence) => {
    expect(checkEnvironment(environment)).toEqual([sentence]);
  });

  it('names the days that CloudWatch keeps logs for', () => {
    const [fault, ...more] = checkEnvironment(Object.assign({}, prod, { logDays: 10 }));
    expect(fault).toMatch(/^logDays must be one of 1, 3, 5, 7, .*, is 10$/);
    expect(more).toEqual([]);
  });

  it('refuses names that AWS or PostgreSQL would cut', () => {
    const faults = checkEnvironment(withSource({}, `a${'b'.repeat(60)}`));
    expect(faults).toHaveLength(2);
    expect(faults[0]).toContain('more than 64 characters');
    expect(faults[1]).toContain('more than 63 characters');
  });

  it('reports every fault at once', () => {
    const faults = checkEnvironment({ ...withSource({ attempts: 0, batchSize: 0 }), deadLetterDays: 1 });
    expect(faults).toHaveLength(3);
  });
});

describe('names', () => {
  it('spells physical names alike', () => {
    expect(physicalName('dev', 'enrichment', 'market')).toBe('millrace-dev-enrichment-market');
  });

  it('gives each function a database user of its own, in a role', () => {
    expect(enrichmentUser('stadium-sensors')).toBe('enrichment_stadium_sensors');
    expect(databaseUsers(['market', 'social'])).toBe(
      'enrichment_market=millrace_enrichment,enrichment_social=millrace_enrichment,delivery_relay=millrace_relay,delivery_sweep=millrace_sweep,delivery_deletion=millrace_deletion,rest_api_messages=millrace_rest_api,operations_partitions=millrace_operations,operations_readiness=rds_iam',
    );
  });
});
