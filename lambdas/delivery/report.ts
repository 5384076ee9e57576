import { PlatformError, reasonOf } from '../shared/errors/platform-error.ts';
import type { Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import type { RelayResult } from './relay-ports.ts';

const causeOf = (error: unknown): string => (error instanceof PlatformError ? error.message : 'unexpected');

/** Says what one invocation of the relay did: metrics for all of it, a line in the log for what went wrong. */
export const reportRelay = (telemetry: Telemetry, result: RelayResult): void => {
  telemetry.count('Published', result.published);
  telemetry.count('Superseded', result.superseded);
  telemetry.count('Expired', result.expired);
  telemetry.count('Tombstones', result.tombstones);
  telemetry.count('Republished', result.republished);
  if (result.lapsed > 0) telemetry.warn('leases had lapsed', { channels: result.lapsed });
  for (const [reason, channels] of result.failed) {
    telemetry.countByReason('PublishFailed', reason, channels);
    telemetry.warn('channels put off', { reason, channels });
  }
  if (result.left.length > 0) telemetry.info('time was up', { channelsLeft: result.left.length });
};

/** Says that the database did not let the relay work: the wakes come again. */
export const reportStopped = (telemetry: Telemetry, error: unknown): void => {
  telemetry.countByReason('PublishFailed', reasonOf(error), 1);
  telemetry.error('relay stopped', { reason: reasonOf(error), cause: causeOf(error) });
};

/** Says that something else went wrong which costs nothing but time. */
export const reportLost = (telemetry: Telemetry, what: string, error: unknown): void => {
  telemetry.countByReason('WakesFailed', reasonOf(error), 1);
  telemetry.warn(what, { reason: reasonOf(error), cause: causeOf(error) });
};
