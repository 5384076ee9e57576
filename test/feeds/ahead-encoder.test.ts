import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateRegistryCommand,
  CreateSchemaCommand,
  GetSchemaVersionCommand,
  GlueClient,
  RegisterSchemaVersionCommand,
} from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIdentify } from '../../feeds/account/identify.ts';
import { createAheadEncoder, type AheadEncoder } from '../../feeds/ahead-encoder.ts';
import { quoteEvent, tradeEvent } from '../../feeds/sources/market.ts';
import { parseFrame } from '../../lambdas/shared/serde/frame.ts';
import { knownSchemas } from '../../lambdas/shared/serde/known-schemas.generated.ts';
import { createLoneBreaker } from '../../lambdas/shared/resilience/lone-breaker.ts';
import { createGlueRegistry, registryFailures } from '../../lambdas/shared/serde/registry.ts';
import { startGlue } from '../../local/services/glue/start-glue.ts';
import type { RunningService } from '../../local/services/json-service.ts';
import { clientSettings } from '../support/json-service.ts';
import { emptyRegistry } from './support/empty-registry.ts';
import { encoder, schemaIds } from './support/encoder.ts';

const registryName = 'millrace-test';
let dir: string;
let service: RunningService;
let glue: GlueClient;
let ahead: AheadEncoder;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ahead-'));
  service = await startGlue({ dataDir: dir });
  glue = new GlueClient(clientSettings(service.endpoint));
  await glue.send(new CreateRegistryCommand({ RegistryName: registryName }));
  for (const { subject, definition } of knownSchemas.filter(({ version }) => version === 1)) {
    await glue.send(
      new CreateSchemaCommand({
        RegistryId: { RegistryName: registryName },
        SchemaName: subject,
        DataFormat: 'AVRO',
        Compatibility: 'BACKWARD',
        SchemaDefinition: JSON.stringify(definition),
      }),
    );
  }
  ahead = createAheadEncoder({ encoder, schemaIds, glue, registryName });
});
afterEach(async () => {
  glue.destroy();
  await service.stop();
  await rm(dir, { recursive: true });
});

const quote = quoteEvent({ symbol: 'EUR/USD', occurredAt: 1_795_248_000_000_000, bid: 1, ask: 2, volume: 3 });
const trade = tradeEvent({ symbol: 'BTC/USD', occurredAt: 1, tradeId: 7, price: 1, size: 2, side: 'buy' });
const send = ({ subject, event }: typeof quote): Buffer => ahead.encode(subject, event, { compression: 'none' });
const idOf = (bytes: Buffer): string => parseFrame(bytes, 10_000).schemaId;
const isDeployed = (bytes: Buffer): boolean => schemaIds.has(idOf(bytes));
const registry = () =>
  createGlueRegistry(glue, { registryName, breaker: createLoneBreaker(registryFailures, Date.now), now: Date.now });
const asRecord = (bytes: Buffer) => ({ bytes, arrivedAt: Date.now(), sequenceNumber: '1' });

describe('a producer that is ahead', () => {
  it('sends with what is deployed until it goes ahead, and again afterwards', async () => {
    expect(isDeployed(send(quote))).toBe(true);
    await ahead.register();
    expect(isDeployed(send(quote))).toBe(true);
    ahead.goAhead();
    const sent = Array.from({ length: 9 }, () => isDeployed(send(quote)));
    expect(sent.filter((deployed) => !deployed)).toHaveLength(3);
    expect(ahead.fallBack()).toBe(3);
    expect([send(quote), send(quote), send(quote)].every(isDeployed)).toBe(true);
  });

  it('uses a version that is in the registry, of each subject, with one field more', async () => {
    await ahead.register();
    ahead.goAhead();
    for (const event of [quote, trade]) {
      const sent = Array.from({ length: 3 }, () => send(event)).find((bytes) => !isDeployed(bytes));
      const answer = await glue.send(new GetSchemaVersionCommand({ SchemaVersionId: idOf(sent as Buffer) }));
      const fields = (text = '{}'): string[] =>
        (JSON.parse(text) as { fields: { name: string }[] }).fields.map(({ name }) => name);
      const bundled = knownSchemas.find(({ subject }) => subject === event.subject);
      expect(fields(answer.SchemaDefinition)).toEqual([...fields(JSON.stringify(bundled?.definition)), 'sentAhead']);
      expect(answer.SchemaArn).toContain(event.subject);
    }
  });

  it('registers the same version again in a run that goes on over a kept folder', async () => {
    await ahead.register();
    ahead.goAhead();
    const first = idOf(send(quote));
    ahead = createAheadEncoder({ encoder, schemaIds, glue, registryName });
    await ahead.register();
    ahead.goAhead();
    expect(idOf(send(quote))).toBe(first);
    expect(schemaIds.has(first)).toBe(false);
  });

  it('does not go ahead with a version that the registry refuses, and says of which subject', async () => {
    const { definition } = knownSchemas.find(({ subject }) => subject === 'market-trade') ?? {};
    const { fields } = definition as { fields: object[] };
    const number = { name: 'sentAhead', type: ['null', 'int'], default: null };
    await glue.send(
      new RegisterSchemaVersionCommand({
        SchemaId: { RegistryName: registryName, SchemaName: 'market-trade' },
        SchemaDefinition: JSON.stringify({ ...(definition as object), fields: [...fields, number] }),
      }),
    );
    await expect(ahead.register()).rejects.toThrow('next version of market-trade: its status is FAILURE');
    ahead.goAhead();
    expect(Array.from({ length: 3 }, () => send(trade)).every(isDeployed)).toBe(true);
  });
});

describe('identifying a record of a producer that is ahead', () => {
  const sentAhead = async (): Promise<Buffer> => {
    await ahead.register();
    ahead.goAhead();
    return send(quote);
  };

  it('asks the registry, and finds the same event as in the version that is deployed', async () => {
    const records = [await sentAhead(), encoder.encode(quote.subject, quote.event, { compression: 'none' })];
    const [one, other] = await createIdentify(schemaIds, registry())(records.map(asRecord));
    expect(one).toBeDefined();
    expect(one).toEqual(other);
  });

  it('finds no event where the registry does not know the id, however young the record is', async () => {
    await expect(createIdentify(schemaIds, emptyRegistry)([asRecord(await sentAhead())])).resolves.toEqual([undefined]);
  });

  it('says nothing of a record while the registry does not answer', async () => {
    const bytes = await sentAhead();
    await service.stop();
    await expect(createIdentify(schemaIds, registry())([asRecord(bytes)])).rejects.toThrow('registry did not answer');
  });
});
