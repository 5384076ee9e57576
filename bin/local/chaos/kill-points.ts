import type { Fault } from '../../../local/faults/fault.ts';
import { killAtRequest } from '../../../local/faults/kill-at-request.ts';
import { killAtStatement } from '../../../local/faults/kill-at-statement.ts';
import { kill, type KillPoint } from '../../../local/faults/kill.ts';
import type { Proxies } from '../../../local/faults/proxy/start-proxies.ts';
import type { ConnectSuperuser } from '../../../local/faults/with-superuser.ts';
import type { RunningFunctions } from '../../../local/runtime/function-host.ts';
import { setting, type RunningSource } from '../platform.ts';
import type { Poison } from './poison.ts';

export interface KillEverywhereOptions {
  /** Any of them: they share tables and queues. */
  readonly source: RunningSource;
  readonly proxies: Proxies;
  readonly functions: Pick<RunningFunctions, 'killInstance'>;
  readonly connect: ConnectSuperuser;
  readonly poison: Poison;
  readonly random: () => number;
  readonly complain: (error: unknown) => void;
  readonly hurry: AbortSignal;
}

/** Enough that one of them is met, whichever shard it goes to. */
const provoked = 4;

/** Kills functions before and after each thing they do that is not undone: statement, parking, projection, wake. */
export const killEverywhere = (options: KillEverywhereOptions): Fault => {
  const { source, proxies, functions, connect, poison, random, complain, hurry } = options;
  const { dynamodb, sqs } = proxies;
  if (!dynamodb || !sqs) throw new Error('the run has not been started with the proxies that this fault needs');
  const queueNamed = (name: string): string => {
    const url = setting(source, name);
    return url.slice(url.lastIndexOf('/') + 1);
  };
  const { killInstance } = functions;
  const points = (['before', 'after'] as const).flatMap((when): KillPoint[] => [
    killAtStatement({
      name: `${when}-statement`,
      when,
      connect,
      table: 'millrace.events',
      countWritten: 'SELECT count(*) FROM millrace.events WHERE ingested_at = $1::timestamptz',
      killInstance,
    }),
    killAtRequest({
      name: `${when}-parking`,
      when,
      proxy: sqs,
      operation: 'SendMessageBatch',
      resource: queueNamed('PARKED_QUEUE_URL'),
      killInstance,
      provoke: () => poison.send(provoked),
    }),
    killAtRequest({
      name: `${when}-projection`,
      when,
      proxy: dynamodb,
      operation: 'PutItem',
      resource: setting(source, 'ENTITY_STATE_TABLE'),
      killInstance,
    }),
    killAtRequest({
      name: `${when}-wake`,
      when,
      proxy: sqs,
      operation: 'SendMessageBatch',
      resource: queueNamed('WAKE_QUEUE_URL'),
      killInstance,
    }),
  ]);
  return kill({ points, random, complain, hurry });
};
