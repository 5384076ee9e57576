/**
 * One lane of the throughput benchmark, a process of its own as a Lambda instance is: builds its batches, says it is
 * ready, waits for the start, runs the handler over them one at a time, and says how long it took.
 */
import type { Context } from 'aws-lambda';
import { readConfig } from '../../lambdas/enrichment/config.ts';
import { connect } from '../../lambdas/enrichment/dependencies.ts';
import { enrichEvents } from '../../lambdas/enrichment/enrich-events.ts';
import { encodedEvents, kinesisEvents } from './source-batches.ts';
import { benchSource } from './source-events.ts';

const lane = process.argv[2] ?? '0';
const batches = Number(process.argv[3] ?? 1);
const batchSize = 500;

const config = readConfig(process.env);
const handler = enrichEvents(await connect(config));
const records = encodedEvents(benchSource(config.SOURCE), lane, (batches + 2) * batchSize, 'none');
const events = kinesisEvents(lane, records, batchSize);
const context = { getRemainingTimeInMillis: () => 60_000, functionName: 'bench' } as Context;

const run = async (from: number, to: number): Promise<void> => {
  for (const event of events.slice(from, to)) {
    const { batchItemFailures } = await handler(event, context);
    if (batchItemFailures.length > 0) throw new Error(`lane ${lane}: a batch was not finished`);
  }
};

// Two batches warm the connection and the compiler; they are not counted.
await run(batches, batches + 2);
process.send?.({ ready: true });
process.once('message', () => {
  const startedAt = performance.now();
  run(0, batches).then(
    () => {
      const ms = performance.now() - startedAt;
      process.send?.({ ms, events: batches * batchSize });
      process.disconnect();
      process.exit(0);
    },
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
