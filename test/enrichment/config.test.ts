import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../lambdas/enrichment/config.ts';
import { connect } from '../../lambdas/enrichment/dependencies.ts';
import { sources } from '../../lib/config/sources.ts';
import { sourceNamed } from '../../lambdas/enrichment/source.ts';
import { MisconfiguredError } from '../../lambdas/shared/errors/platform-error.ts';
import { knownSchemas } from '../../lambdas/shared/serde/known-schemas.generated.ts';

const env = {
  SOURCE: 'market',
  AWS_REGION: 'eu-west-1',
  DATABASE_HOST: '127.0.0.1',
  DATABASE_PORT: '5432',
  DATABASE_NAME: 'millrace',
  DATABASE_USER: 'enrichment_market',
  ENTITY_STATE_TABLE: 'entity-state',
  IDEMPOTENCY_TABLE: 'idempotency',
  CONTROLS_TABLE: 'controls',
  HOLD_AFTER_SECONDS: '60',
  PARKED_QUEUE_URL: 'http://127.0.0.1:9/parked',
  WAKE_QUEUE_URL: 'http://127.0.0.1:9/wake',
  DEAD_LETTER_BUCKET: 'dead-letters',
  SCHEMA_REGISTRY: 'millrace-test',
  SCHEMA_IDS: 'market-quote:1=6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a01',
  MAX_RECORD_BYTES: '262144',
  MAX_FUTURE_SECONDS: '60',
  HORIZON_DAYS: '400',
};

const misconfiguration = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    if (error instanceof MisconfiguredError) return error.message;
    throw error;
  }
  return 'was accepted';
};

describe('the settings of an enrichment function', () => {
  it('are read once, as values', () => {
    const config = readConfig(env);
    expect(config).toMatchObject({ SOURCE: 'market', DATABASE_PORT: 5432, MAX_FUTURE_SECONDS: 60, HORIZON_DAYS: 400 });
    expect([...config.SCHEMA_IDS]).toEqual([
      ['6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a01', { subject: 'market-quote', version: 1 }],
    ]);
    expect(readConfig({ ...env, HORIZON_DAYS: 'none' }).HORIZON_DAYS).toBeUndefined();
  });

  it.each(Object.keys(env))('without %s are refused, and the message names it', async (name) => {
    expect(await misconfiguration(() => readConfig({ ...env, [name]: undefined }))).toContain(`${name} is missing`);
  });

  it.each([
    ['DATABASE_PORT', 'five'],
    ['PARKED_QUEUE_URL', 'parked'],
    ['MAX_RECORD_BYTES', '-1'],
    ['HOLD_AFTER_SECONDS', '0'],
    ['HORIZON_DAYS', 'always'],
    ['SCHEMA_IDS', 'market-quote=1'],
    ['SOURCE', ''],
  ])('with %s = "%s" are refused, and the message names it, never its value', async (name, value) => {
    const message = await misconfiguration(() => readConfig({ ...env, [name]: value }));
    expect(message).toContain(`${name} is wrong`);
    expect(message.replaceAll(name, '')).not.toContain(value === '' ? '""' : value);
  });
});

describe('what an instance connects to', () => {
  it('follows from its settings, and nothing is reached for yet', async () => {
    const { source, rules } = await connect(readConfig(env));
    expect(source).toBe(await sourceNamed('market'));
    expect(rules).toEqual({ source: 'market', maxFutureSeconds: 60, horizonDays: 400 });
  });

  it.each(['no-such-source', '../source', 'market.ts'])('is refused for %s, which is no source', async (name) => {
    expect(await misconfiguration(() => connect(readConfig({ ...env, SOURCE: name })))).toBe(
      `SOURCE: no source can be loaded from lambdas/enrichment/sources/${name}.ts`,
    );
  });
});

describe('every source', () => {
  it('is a module and a row of the environment table, neither without the other', () => {
    const modules = readdirSync(new URL('../../lambdas/enrichment/sources/', import.meta.url));
    expect(modules.map((file) => file.replace(/\.ts$/, '')).sort()).toEqual(Object.keys(sources).sort());
  });

  it.each(Object.entries(sources))(
    '%s has an enricher per subject of its row, and spans that the first divides',
    async (name, { subjects }) => {
      const { enrichers, windowSpans } = await sourceNamed(name);
      expect(Object.keys(enrichers).sort()).toEqual([...subjects].sort());
      const [shortest = 0] = windowSpans;
      expect(windowSpans.filter((span) => span % shortest !== 0)).toEqual([]);
    },
  );

  it('has schemas that functions know without asking the registry', () => {
    const known = new Set(knownSchemas.map(({ subject }) => subject));
    const wanted = Object.values(sources).flatMap(({ subjects }) => subjects);
    expect(wanted.filter((subject) => !known.has(subject))).toEqual([]);
  });
});
