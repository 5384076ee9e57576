import type { Context } from 'aws-lambda';
import type { FunctionResult, InvokeResult } from '../../local/world.ts';
import type { SimulatedTime } from './clock.ts';
import type { Gate, Process } from './faults.ts';

export type Handler = (event: never, context: Context) => Promise<unknown>;

export interface SimulatedFunction {
  readonly invoke: (event: unknown) => Promise<InvokeResult>;
  /** A new version: what runs now ends as it is, and nothing new is given to it. */
  readonly deploy: () => void;
  readonly invocations: () => number;
  /** Invocations under way. */
  readonly busy: () => number;
}

export interface FunctionSettings {
  readonly name: string;
  readonly timeoutMs: number;
  /** Reserved concurrency: instances at once. */
  readonly reserved: number;
  /** What a cold start makes. */
  readonly start: (process: Process) => Handler;
}

interface Instance extends Process {
  readonly handler: Handler;
  readonly version: number;
  /** Ends the invocation under way as a crash does. */
  die: (how: 'exit' | 'timeout') => void;
}

/** Lambda: an instance takes one event at a time and keeps what it has between them; a crash ends it. */
export const createFunction = (
  { name, timeoutMs, reserved, start }: FunctionSettings,
  time: SimulatedTime,
  gate: Gate,
): SimulatedFunction => {
  const idle: Instance[] = [];
  let started = 0;
  let version = 0;
  let invocations = 0;
  let busy = 0;

  const coldStart = (): Instance => {
    const process: Process & { die: Instance['die'] } = {
      name: `${name}#${(started += 1)}`,
      alive: true,
      die: () => {},
      kill: (how) => {
        process.alive = false;
        process.die(how);
      },
    };
    // The handler holds on to this very process: an instance is the same object.
    return Object.assign(process, { handler: start(process), version });
  };

  return {
    invocations: () => invocations,
    busy: () => busy,
    deploy: () => {
      version += 1;
      idle.length = 0;
      gate.note(`${name}: version ${version}`);
    },
    invoke: async (event) => {
      if (busy >= reserved) return { throttled: `${name} has ${reserved} instances` };
      invocations += 1;
      busy += 1;
      const requestId = `${name}-${invocations}`;
      // As over the wire: nothing is shared with the caller.
      const payload = JSON.parse(JSON.stringify(event)) as never;
      const instance = idle.pop() ?? coldStart();
      const deadline = time.now() + timeoutMs;
      const died = new Promise<FunctionResult>((resolve) => {
        instance.die = (kind) => resolve({ error: 'Unhandled', kind, message: kind, requestId });
      });
      const timer = setTimeout(() => instance.kill('timeout'), timeoutMs);
      const context = { functionName: name, getRemainingTimeInMillis: () => deadline - time.now() } as Context;
      const run = async (): Promise<FunctionResult> => {
        try {
          const answer = await instance.handler(payload, context);
          return { payload: JSON.parse(JSON.stringify(answer ?? null)) as unknown, requestId };
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          return { error: 'Unhandled', kind: 'thrown', message, requestId };
        }
      };
      const result = await Promise.race([run(), died]);
      clearTimeout(timer);
      busy -= 1;
      if ('error' in result) gate.note(`${instance.name} ${result.kind}: ${result.message}`);
      else gate.note(`${instance.name} answers ${JSON.stringify(result.payload)}`);
      if (instance.alive && instance.version === version) idle.push(instance);
      return result;
    },
  };
};
