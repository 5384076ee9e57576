import type { InvokeResult } from '../../local/world.ts';
import type { Backends } from './clients.ts';
import type { SimulatedTime } from './clock.ts';
import { indexOf } from './expected.ts';
import type { Scenario } from './scenario.ts';
import { shardNumber } from './stream.ts';
import type { Settings } from './world.ts';

/** What an invocation that began before a hold may still do, and how old its look at it may be. */
const graceMs = 10_000;

/** Under a hold nothing is parked. What cannot be looked at holds nobody: without the table of controls nothing is asked for. */
export const watchParking = (
  { dynamodb, parked }: Backends,
  time: SimulatedTime,
  { outages }: Scenario,
  { timeoutMs }: Settings,
  violations: string[],
): void => {
  if (outages.some(({ dependency }) => dependency === 'controls')) return;
  parked.onSend((body) => {
    const hold = dynamodb.items('controls').find(({ id }) => id?.['S'] === 'hold/market');
    if (hold?.['standing']?.['BOOL'] !== true || body.startsWith('{"probe":')) return;
    const sinceMs = time.now() - Date.parse(String(hold['since']?.['S']));
    if (sinceMs > timeoutMs + graceMs) violations.push(`parked ${sinceMs / 1000} s after the hold was set: ${body}`);
  });
};

type Invoke = (event: unknown) => Promise<InvokeResult>;

/**
 * A throw is a crash: the poller bisects and counts attempts, and gives records up in the end. So nothing is thrown for what
 * can be answered, whatever is away, held or wrong; only a record that crashes whoever enriches it makes a batch end so.
 */
export const watchThrows =
  (invoke: Invoke, { shards }: Scenario, violations: string[]): Invoke =>
  async (event) => {
    const result = await invoke(event);
    if (!('error' in result) || result.kind !== 'thrown') return result;
    const { Records } = event as { Records: readonly { eventID: string }[] };
    const crashes = Records.some(({ eventID }) => {
      const [shard = '', sequenceNumber = ''] = eventID.split(':');
      return shards[shardNumber(shard)]?.[indexOf(sequenceNumber)]?.spec.kind === 'crash';
    });
    if (!crashes) violations.push(`thrown without a record that crashes: ${result.message}`);
    return result;
  };
