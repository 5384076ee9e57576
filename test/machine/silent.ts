import type { Telemetry } from '../../lambdas/shared/telemetry/batch-telemetry.ts';

/** Nobody listens: what is counted here is counted from outside. */
export const silent: Telemetry = {
  count() {},
  countByReason() {},
  duration() {},
  info() {},
  warn() {},
  error() {},
  publish() {},
};
