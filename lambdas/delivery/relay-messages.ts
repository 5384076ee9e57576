import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { wakeMs, type SendWakes } from '../shared/delivery/wake-sender.ts';
import { readWake } from '../shared/delivery/wake.ts';
import { dispositionOf, PlatformError, reasonOf } from '../shared/errors/platform-error.ts';
import { createResilient, type Resilient } from '../shared/resilience/retry.ts';
import type { Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import type { ParkUnpublishable } from './parked-store.ts';
import type { Publish } from './publisher.ts';
import { relayChannels } from './relay.ts';
import type { RelayPorts } from './relay-ports.ts';
import type { RelayStore } from './relay-store.ts';
import { reportLost, reportRelay, reportStopped } from './report.ts';
import { SlowStatementError } from './statement-error.ts';

export interface RelayDependencies {
  /** The store of one invocation. @param holder - names it in the leases */
  readonly storeFor: (holder: string, resilient: Resilient) => RelayStore;
  readonly publish: Publish;
  readonly park: ParkUnpublishable;
  readonly wake: SendWakes;
  readonly leaseMs: number;
  readonly telemetry: Telemetry;
  readonly now: () => number;
  readonly pause: RelayPorts['pause'];
}

/** A call that takes longer is not waited for. AppSync answers in tens of milliseconds. */
const callMs = 2_500;
const statementMs = 3_000;
/** Of an invocation's time, what is left for ending: calls end by then, statements soon after, and one wake more is sent. */
const endingMs = statementMs + wakeMs + 500;
/** Retries of one call, and how long they may take in all: then its channel is put off, and others have its place. */
const callRetries = 3;
const callRetriesMs = 4_000;
const limits = { mostPublishing: 64, mostReady: 128, mostHeld: 2_000, mostOfStatement: 100, mostIdleMs: 250 } as const;
/** Of a message of SQS. */
const mostDelaySeconds = 900;

/**
 * Relays what waits in the channels of a batch of wakes. A wake is done when its channels are through, or held by another,
 * or put off; only where the database does not answer do wakes come again, and one that cannot be read.
 */
export const relayMessages = ({ storeFor, publish, park, wake, leaseMs, telemetry, now, pause }: RelayDependencies) => {
  const onRetry = (error: unknown): void => telemetry.countByReason('Retries', reasonOf(error), 1);

  return async ({ Records: records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const deadline = now() + Math.max(0, context.getRemainingTimeInMillis() - endingMs);
    const store = storeFor(
      `${context.functionName}/${randomUUID()}`,
      createResilient(
        { deadline: deadline + statementMs, maxRetries: 20, attemptTimeoutMs: statementMs, now },
        (error) => mayHelp(error) && !(error instanceof SlowStatementError),
        onRetry,
      ),
    );
    const persistently = <T>(attempt: (timeoutMs: number) => Promise<T>): Promise<T> =>
      createResilient(
        { deadline: Math.min(deadline, now() + callRetriesMs), maxRetries: callRetries, attemptTimeoutMs: callMs, now },
        mayHelp,
        onRetry,
      )(attempt);

    const waking: Promise<void>[] = [];
    // A wake that is lost is made good by the sweep.
    const wakeLater = (names: readonly string[], afterMs: number): void => {
      const seconds = Math.min(mostDelaySeconds, Math.ceil(afterMs / 1000));
      waking.push(wake(names, seconds).catch((error: unknown) => reportLost(telemetry, 'wake not sent', error)));
    };

    const { channels, unreadable } = channelsOf(records);
    for (const error of unreadable.values()) reportLost(telemetry, 'wake cannot be read', error);
    try {
      const result = await relayChannels(
        {
          store,
          publish: (channel, bodies, onUnknown) =>
            persistently((timeoutMs) =>
              publish(channel, bodies, timeoutMs).catch((error: unknown) => {
                if (mayHelp(error)) onUnknown();
                throw error;
              }),
            ),
          park: (channel, message) => persistently((timeoutMs) => park(channel, message, timeoutMs)),
          wake: wakeLater,
          now,
          pause,
        },
        { leaseMs, deadline, ...limits },
        channels,
      );
      reportRelay(telemetry, result);
      if (result.left.length > 0) wakeLater(result.left, 0);
      return failedWith(unreadable.keys());
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      reportStopped(telemetry, error);
      return failedWith(records.map(({ messageId }) => messageId));
    } finally {
      await Promise.all(waking);
      telemetry.publish();
    }
  };
};

const mayHelp = (error: unknown): boolean => dispositionOf(error) === 'retry';

const failedWith = (ids: Iterable<string>): SQSBatchResponse => ({
  batchItemFailures: [...ids].map((itemIdentifier) => ({ itemIdentifier })),
});

const channelsOf = (records: SQSEvent['Records']) => {
  const channels = new Set<string>();
  const unreadable = new Map<string, unknown>();
  for (const { messageId, body } of records) {
    try {
      for (const channel of readWake(body).channels) channels.add(channel);
    } catch (error) {
      unreadable.set(messageId, error);
    }
  }
  return { channels, unreadable };
};
