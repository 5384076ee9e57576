import type { SQSClient } from '@aws-sdk/client-sqs';
import { createWakeSender } from '../shared/delivery/wake-sender.ts';
import { PlatformError, reasonOf } from '../shared/errors/platform-error.ts';
import { createLoneBreaker } from '../shared/resilience/lone-breaker.ts';
import type { Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import { isServiceAway } from './away.ts';
import type { EnrichedEvent } from './event.ts';

export interface WakeStore {
  /**
   * Says that the channels of these events may have something to send: one message, whatever was inserted. Answers also
   * where it was not sent, which is counted: the events are in the outbox, and the relay's sweep finds them within a
   * minute. A record is not read again for a wake, and no source is held for want of one.
   */
  wake(events: readonly Pick<EnrichedEvent, 'message'>[]): Promise<void>;
}

/**
 * The breaker is this instance's own: what it saves is the time-out of each batch, and there is nothing in it to agree on.
 * @param client - one that does not wait for long: the batch waits with it
 */
export const createWakeStore = (
  client: Pick<SQSClient, 'send'>,
  queueUrl: string,
  telemetry: Pick<Telemetry, 'countByReason' | 'warn'>,
  now: () => number,
): WakeStore => {
  const send = createWakeSender(client, queueUrl);
  const dependency = 'wake-queue';
  const breaker = createLoneBreaker({ dependency, isFailure: isServiceAway(dependency) }, now);
  return {
    wake: async (events) => {
      const channels = new Set(events.flatMap(({ message }) => message?.channel ?? []));
      if (channels.size === 0) return;
      try {
        await breaker.execute(() => send(channels));
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error; // a bug of ours
        telemetry.countByReason('WakesFailed', reasonOf(error), 1);
        telemetry.warn('relay not woken', { reason: reasonOf(error), channels: channels.size, cause: error.message });
      }
    },
  };
};
