import type { EventsHost, PublishFault } from '../world.ts';
import type { Fault } from './fault.ts';

const well: PublishFault = { kind: 'none' };

/** Everything that can become of a call, between calls to which nothing happens: none is met three times in a row. */
const round: readonly PublishFault[] = [
  { kind: 'half', failed: [0] },
  { kind: 'throttled' },
  { kind: 'half', failed: [1, 3] },
  { kind: 'unanswered' },
  { kind: 'lost' },
  { kind: 'failed' },
  { kind: 'slow', ms: 300 },
].flatMap((one) => [one as PublishFault, well, well]);

/** More calls than there are while a fault lasts. */
const mostCalls = 20_000;

/** AppSync Events takes calls in part, refuses, does not answer, loses what it has taken, and takes its time. */
export const flakyEvents = (name: string, events: Pick<EventsHost, 'fail'>): Fault => ({
  name,
  begin: () => events.fail(Array.from({ length: mostCalls }, (_, call) => round[call % round.length] ?? well)),
  end: () => events.fail([]),
});
