import type { Subscriber } from '../../../feeds/subscriber/subscriber.ts';
import type { Fault } from '../../../local/faults/fault.ts';

const countOf = ({ log }: Subscriber): number =>
  log.channels().reduce((sum, { numbers, snapshots }) => {
    const resumed = [...numbers.values()].filter(({ by }) => by === 'resume');
    return sum + resumed.length + snapshots.length;
  }, 0);

/** The subscriber is cut off as by a cable: it is told nothing, and neither is the platform. Then it asks for what it missed. */
export const clientCut = (subscriber: Subscriber): Fault => {
  let before = 0;
  let reconnects = 0;
  return {
    name: 'client-cut',
    begin: async () => {
      before = countOf(subscriber);
      reconnects = subscriber.reconnects();
      subscriber.cut();
    },
    end: async () => subscriber.mend(),
    counts: () => [
      { what: 'times connected again', count: subscriber.reconnects() - reconnects, must: true },
      { what: 'messages and snapshots asked for', count: countOf(subscriber) - before, must: true },
    ],
  };
};
