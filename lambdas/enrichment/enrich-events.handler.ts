import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { ProbeAnswer, ProbeEvent } from '../shared/holds/probe.ts';
import { readConfig } from './config.ts';
import { connect } from './dependencies.ts';
import { enrichEvents } from './enrich-events.ts';
import { isProbe, probeRecords } from './probe-records.ts';

const dependencies = await connect(readConfig(process.env));
const enrich = enrichEvents(dependencies);
const probe = probeRecords(dependencies);

/** Batches from the mapping; probes from the keeper, while the source is held. */
export const handler = (
  event: KinesisStreamEvent | ProbeEvent,
  context: Context,
): Promise<KinesisStreamBatchResponse | ProbeAnswer> => (isProbe(event) ? probe(event) : enrich(event, context));
