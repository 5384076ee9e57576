import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDatabaseUsers } from '../../lambdas/operations/migrate-database.ts';
import { readMigrations, toApply } from '../../lambdas/operations/migrations.ts';

const files = [
  '0003-drop-old.contract.sql',
  '0001-events.expand.sql',
  '0002-add-new.expand.sql',
  '0004-more.expand.sql',
];
const migrations = readMigrations(files);

describe('migrations', () => {
  it('are read in the order of their numbers, each marked expand or contract', () => {
    expect(migrations.map(({ version, kind }) => `${version} ${kind}`)).toEqual([
      '1 expand',
      '2 expand',
      '3 contract',
      '4 expand',
    ]);
  });

  it.each(['0001-events.sql', 'events.expand.sql', '1-events.expand.sql'])('are refused when named %s', (name) => {
    expect(() => readMigrations([name])).toThrow(`migrations/${name}: must be named`);
  });

  it('are refused when a number is used twice', () => {
    expect(() => readMigrations(['0001-a.expand.sql', '0001-b.expand.sql'])).toThrow('number 1 is used twice');
  });

  it('of this project are all well named', () => {
    const names = readdirSync(new URL('../../migrations/', import.meta.url));
    expect(readMigrations(names).length).toBeGreaterThan(0);
  });
});

describe('a run', () => {
  const versions = (applied: number[], kind: 'expand' | 'contract'): number[] =>
    toApply(migrations, new Set(applied), kind).map(({ version }) => version);

  it('to expand passes over contract migrations', () => expect(versions([1], 'expand')).toEqual([2, 4]));
  it('to contract applies only those', () => expect(versions([1, 2], 'contract')).toEqual([3]));
  it('applies nothing twice', () => expect(versions([1, 2, 3, 4], 'expand')).toEqual([]));
  it('to contract is refused ahead of a deploy', () => {
    expect(() => versions([1], 'contract')).toThrow('0002-add-new.expand.sql is not applied yet: deploy first');
  });
});

describe('the users of a database', () => {
  it('are read as user=role', () => {
    expect(parseDatabaseUsers('enrichment_market=millrace_enrichment,ops=millrace_operations')).toEqual([
      { user: 'enrichment_market', role: 'millrace_enrichment' },
      { user: 'ops', role: 'millrace_operations' },
    ]);
    expect(parseDatabaseUsers('')).toEqual([]);
  });

  it.each(['nobody', 'a=b=c', 'Robert"); DROP=x'])('are refused as %s', (text) => {
    expect(() => parseDatabaseUsers(text)).toThrow(`DATABASE_USERS: "${text}" is not user=role`);
  });
});
