import type { FunctionHost, QueuePollerHost } from '../world.ts';
import type { Fault } from './fault.ts';

export interface ConsumerStoppedOptions {
  readonly name: string;
  readonly queuePollers: Pick<QueuePollerHost, 'list' | 'setEnabled'>;
  readonly functions: Pick<FunctionHost, 'kill'>;
  readonly functionName: string;
  /** What waits meanwhile; asked when it ends. */
  readonly waiting: { readonly what: string; readonly count: () => Promise<number> };
}

/** A function reads its queue no longer: its mapping is off, and what it was doing ends as well. */
export const consumerStopped = ({
  name,
  queuePollers,
  functions,
  functionName,
  waiting,
}: ConsumerStoppedOptions): Fault => {
  let count = 0;
  const mappings = () => queuePollers.list().filter(({ functionArn }) => functionArn.split(':')[6] === functionName);
  return {
    name,
    begin: async () => {
      count = 0;
      for (const { uuid } of mappings()) queuePollers.setEnabled(uuid, false);
      functions.kill(functionName);
    },
    end: async () => {
      try {
        count = await waiting.count();
      } finally {
        for (const { uuid } of mappings()) queuePollers.setEnabled(uuid, true);
      }
    },
    counts: () => [{ what: waiting.what, count, must: true }],
  };
};
