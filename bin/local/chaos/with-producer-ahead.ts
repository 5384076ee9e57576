import type { AheadEncoder } from '../../../feeds/ahead-encoder.ts';
import type { Fault } from '../../../local/faults/fault.ts';

/** While the registry is away, a producer sends with schema versions that no function has met. */
export const withProducerAhead = (fault: Fault, encoder: AheadEncoder): Fault => {
  let ahead = 0;
  return {
    ...fault,
    begin: async () => {
      await encoder.register();
      await fault.begin();
      encoder.goAhead();
    },
    end: async () => {
      ahead = encoder.fallBack();
      await fault.end();
    },
    counts: () => [
      ...(fault.counts?.() ?? []),
      { what: 'records with schema versions that are in no bundle', count: ahead, must: true },
    ],
  };
};
