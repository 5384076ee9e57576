import { digestOf } from '../../../feeds/account/digest.ts';
import { quoteEvent } from '../../../feeds/sources/market.ts';
import type { SendFeedRecords } from '../../../feeds/send-feed.ts';
import type { ExpectedLetters } from '../../../feeds/wrong/check-wrong.ts';
import type { Encoder } from '../../../lambdas/shared/serde/encoder.ts';
import { crashRecord } from '../../../local/faults/crash-record.ts';
import type { Fault } from '../../../local/faults/fault.ts';
import type { MetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import type { RunningFunctions } from '../../../local/runtime/function-host.ts';

export interface CrashingOptions {
  readonly functions: Pick<RunningFunctions, 'look'>;
  readonly encoder: Encoder;
  readonly sender: SendFeedRecords;
  readonly metrics: MetricsStore;
  readonly hurry: AbortSignal;
}

const givenUpRecords = (metrics: MetricsStore): number =>
  metrics
    .list({ namespace: 'AWS/Lambda', name: 'OnFailureDestinationDeliveredEventCount' })
    .reduce((sum, metric) => sum + metrics.total(metric), 0);

/** The fault, and the one dead letter that it leads to: a good quote that happens to end every process. */
export const crashingQuote = ({
  functions,
  encoder,
  sender,
  metrics,
  hurry,
}: CrashingOptions): { readonly fault: Fault; readonly expected: ExpectedLetters } => {
  const occurredAt = Date.now() * 1_000;
  const partitionKey = `crash-record-${occurredAt}`;
  const { source, subject, event } = quoteEvent({ symbol: 'CRASH/USD', occurredAt, bid: 1, ask: 2, volume: 3 });
  const data = encoder.encode(subject, event, { compression: 'none' });
  return {
    fault: crashRecord({
      functions,
      partitionKey,
      send: () => sender([{ source, partitionKey, data }]),
      givenUp: () => givenUpRecords(metrics),
      hurry,
    }),
    expected: {
      what: 'given up, because it ended every process',
      least: 1,
      most: 1,
      isOne: ({ via, digest }) => via === 'given-up' && digest === digestOf(data),
    },
  };
};
