import type { Telemetry } from '../telemetry/batch-telemetry.ts';
import type { BreakerEvent } from './breaker.ts';

/** Each counted by dependency; docs/glossary.md says what they mean. */
const metrics = {
  opened: 'BreakerOpened',
  closed: 'BreakerClosed',
  refused: 'BreakerRefused',
  probed: 'BreakerProbed',
  'state-unknown': 'BreakerStateUnknown',
} as const satisfies Record<BreakerEvent, string>;

/** Says what happens to a breaker: a metric for each event, and a line in the log for all but refusals, which are many. */
export const tellOfBreaker =
  (telemetry: Pick<Telemetry, 'countByReason' | 'warn'>, dependency: string) =>
  (event: BreakerEvent): void => {
    telemetry.countByReason(metrics[event], dependency, 1);
    if (event !== 'refused') telemetry.warn(`breaker ${event}`, { dependency });
  };
