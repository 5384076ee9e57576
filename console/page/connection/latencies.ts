import type { Message } from '../messages.ts';
import { createSeries } from '../series.ts';

/** So many events tell how long they take: about ten seconds of a match. */
const remembered = 1_500;
const seconds = 60;

/** How long events took to this screen, and how many messages came, second by second. */
export const createLatencies = () => {
  const latencies = createSeries(remembered);
  const perSecond = createSeries(seconds);
  let second = 0;
  let messages = 0;
  return {
    latencies: latencies.values,
    history: perSecond.values,
    /** What was replayed is not live, and says nothing. @param now - milliseconds since the epoch */
    saw: ({ events }: Message, now: number): void => {
      messages += 1;
      for (const { arrivedAt } of events) {
        const took = now - Date.parse(arrivedAt);
        if (took >= 0 && took < 30_000) latencies.add(took);
      }
    },
    /** Closes the seconds that are over. */
    tick: (now: number): void => {
      const current = Math.floor(now / 1_000);
      if (second === 0) second = current;
      for (; second < current; second += 1) {
        perSecond.add(messages);
        messages = 0;
      }
    },
  };
};
