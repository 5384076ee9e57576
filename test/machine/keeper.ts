import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { InvokeResult } from '../../local/world.ts';
import { createHeldRecordsStore } from '../../lambdas/operations/holds/held-records-store.ts';
import { keepHolds } from '../../lambdas/operations/holds/keep-holds.ts';
import { lookAtSource } from '../../lambdas/operations/holds/look-at-source.ts';
import { createMappingStore } from '../../lambdas/operations/holds/mapping-store.ts';
import { createProbeStore } from '../../lambdas/operations/holds/probe-store.ts';
import { createHoldStore, type HoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { answering, clientSettings, clientsOf, type Backends } from './clients.ts';
import type { SimulatedTime } from './clock.ts';
import type { Gate, Process } from './faults.ts';
import { createFunction, type Handler } from './function-host.ts';
import { silent } from './silent.ts';
import { shardNumber, streamArn, streamName, type Stream } from './stream.ts';

/** An event source mapping as Lambda shows it: switching takes a while, in which it goes on as it was. */
export interface SwitchedMapping {
  readonly state: () => string;
  /** Whether the pollers read. */
  readonly enabled: () => boolean;
  readonly change: (enabled: boolean) => void;
}

export const createMapping = (time: SimulatedTime, gate: Gate, longestSwitchMs: number): SwitchedMapping => {
  let state = 'Enabled';
  return {
    state: () => state,
    enabled: () => state === 'Enabled' || state === 'Disabling',
    change: (enabled) => {
      if (state.endsWith('ing')) throw Object.assign(new Error('it is changing'), { name: 'ResourceInUseException' });
      state = enabled ? 'Enabling' : 'Disabling';
      gate.note(`mapping ${state}`);
      setTimeout(() => {
        state = enabled ? 'Enabled' : 'Disabled';
        gate.note(`mapping ${state}`);
      }, time.random() * longestSwitchMs);
    },
  };
};

interface Keeping {
  readonly backends: Backends;
  readonly stream: Stream;
  readonly mapping: SwitchedMapping;
  readonly time: SimulatedTime;
  readonly gate: Gate;
  readonly invoke: (event: unknown) => Promise<InvokeResult>;
  readonly holdsOf: (real: HoldStore) => HoldStore;
}

const thrown = (name: string): Error => Object.assign(new Error(name), { name });

const kinesisOf = ({ stream, time, gate }: Keeping, process: Process): KinesisClient =>
  answering(new KinesisClient(clientSettings), gate, process, (command, input) => {
    const work = (): Record<string, unknown> => {
      if (command === 'GetShardIteratorCommand')
        return { ShardIterator: `${String(input['ShardId'])} ${String(input['StartingSequenceNumber'])}` };
      const [shard = '', from] = String(input['ShardIterator']).split(' ');
      const records = stream[shardNumber(shard)] ?? [];
      const begin = records.findIndex(({ sequenceNumber }) => sequenceNumber === from);
      const arrived = records.slice(begin, begin + 200).filter(({ arrivedAt }) => arrivedAt <= time.now());
      return {
        Records: arrived.map(({ sequenceNumber, partitionKey, data, arrivedAt }) => ({
          SequenceNumber: sequenceNumber,
          PartitionKey: partitionKey,
          Data: data,
          ApproximateArrivalTimestamp: new Date(arrivedAt),
        })),
      };
    };
    return { point: 'held records read', dependency: 'stream', work };
  });

const lambdaOf = ({ mapping, gate, invoke }: Keeping, process: Process): LambdaClient =>
  answering(new LambdaClient(clientSettings), gate, process, (command, input) => {
    const dependency = 'lambda';
    if (command === 'ListEventSourceMappingsCommand') {
      const work = () => ({ EventSourceMappings: [{ UUID: 'mapping', State: mapping.state() }] });
      return { point: 'mapping list', dependency, work };
    }
    if (command === 'UpdateEventSourceMappingCommand') {
      const work = () => (mapping.change(input['Enabled'] === true), { State: mapping.state() });
      return { point: 'mapping update', dependency, work };
    }
    const afterwards = async (): Promise<Record<string, unknown>> => {
      const result = await invoke(JSON.parse(Buffer.from(input['Payload'] as Uint8Array).toString()));
      if ('throttled' in result) throw thrown('TooManyRequestsException');
      if ('error' in result) return { FunctionError: result.error };
      return { Payload: Buffer.from(JSON.stringify(result.payload)) };
    };
    return { point: 'probe invoke', dependency, work: () => ({}), afterwards };
  });

const everyMs = 60_000;

/** The keeper of holds on its schedule, with what it reads, switches and invokes. */
export const createKeeper = (keeping: Keeping) => {
  const { backends, time, gate } = keeping;
  const state = { over: false };
  const keeper = createFunction(
    {
      name: 'keeper',
      timeoutMs: 60_000,
      reserved: 2,
      start: (process: Process): Handler => {
        const { dynamodb } = clientsOf(backends, gate, process);
        const lambda = lambdaOf(keeping, process);
        const look = lookAtSource({
          holds: keeping.holdsOf(createHoldStore(dynamodb, 'controls')),
          mappings: createMappingStore(lambda),
          records: createHeldRecordsStore(kinesisOf(keeping, process), 'eu-west-1'),
          probes: createProbeStore(lambda),
          by: 'keeper',
          now: Date.now,
        });
        const source = { source: 'market', functionName: 'enrich', streamName, streamArn };
        return keepHolds({ sources: [source], look, telemetryOf: () => silent, now: Date.now, sleep: time.sleep });
      },
    },
    time,
    gate,
  );
  const run = async (): Promise<void> => {
    // Somewhere within its minute.
    await time.sleep(time.random() * everyMs);
    while (!state.over) {
      void keeper.invoke({});
      await time.sleep(everyMs);
    }
  };
  void run();
  return { stop: () => void (state.over = true) };
};
