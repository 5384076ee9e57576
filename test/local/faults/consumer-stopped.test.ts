import { describe, expect, it } from 'vitest';
import { consumerStopped } from '../../../local/faults/consumer-stopped.ts';
import type { QueueMapping } from '../../../local/world.ts';

const mappingOf = (uuid: string, functionName: string) =>
  ({ uuid, functionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}` }) as QueueMapping;

const stopping = (count: () => Promise<number>) => {
  const switched: string[] = [];
  const killed: string[] = [];
  const fault = consumerStopped({
    name: 'relay-stopped',
    queuePollers: {
      list: () => [mappingOf('one', 'relay'), mappingOf('two', 'other'), mappingOf('three', 'relay')],
      setEnabled: (uuid, enabled) => void switched.push(`${uuid} ${enabled ? 'on' : 'off'}`),
    },
    functions: { kill: (name) => killed.push(name) },
    functionName: 'relay',
    waiting: { what: 'events that waited', count },
  });
  return { fault, switched, killed };
};

describe('a consumer that is stopped', () => {
  it('reads nothing any more, ends what it does, and goes on when it is over', async () => {
    const { fault, switched, killed } = stopping(() => Promise.resolve(7));
    await fault.begin();
    expect([switched, killed]).toEqual([['one off', 'three off'], ['relay']]);
    await fault.end();
    expect(switched.slice(2)).toEqual(['one on', 'three on']);
    expect(fault.counts?.()).toEqual([{ what: 'events that waited', count: 7, must: true }]);
  });

  it('goes on also where nobody can say what waited', async () => {
    const { fault, switched } = stopping(() => Promise.reject(new Error('the database is away')));
    await fault.begin();
    await expect(fault.end()).rejects.toThrow('the database is away');
    expect(switched.slice(2)).toEqual(['one on', 'three on']);
  });
});
