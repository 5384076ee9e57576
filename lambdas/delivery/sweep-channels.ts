import type { SendWakes } from '../shared/delivery/wake-sender.ts';
import type { Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import type { SweepStore } from './sweep-store.ts';

export interface SweepDependencies {
  readonly store: SweepStore;
  readonly wake: SendWakes;
  readonly telemetry: Telemetry;
}

/**
 * Wakes the relay for whatever a lost wake, a crash or a failure has left, and says how much waits. What it cannot do now
 * it does a minute later: it throws, so that its failure is seen.
 * @returns how many channels were woken
 */
export const sweepChannels =
  ({ store, wake, telemetry }: SweepDependencies) =>
  async (): Promise<{ readonly woken: number }> => {
    try {
      const { channels, unsent, oldestSeconds } = await store.findUnsent();
      telemetry.count('Unsent', unsent);
      telemetry.count('OldestUnsent', oldestSeconds);
      await wake(channels);
      if (channels.length > 0) telemetry.info('channels woken', { channels: channels.length, unsent });
      return { woken: channels.length };
    } finally {
      telemetry.publish();
    }
  };
