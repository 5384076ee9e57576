import type { Fault } from './fault.ts';

/** Several faults as one: begun in their order, ended in the other. All that have begun are ended, whichever fails. */
export const atOnce = (faults: readonly Fault[]): Fault => {
  let begun: Fault[] = [];
  return {
    name: faults.map(({ name }) => name).join('+'),
    begin: async () => {
      begun = [];
      for (const fault of faults) {
        begun.unshift(fault); // also one that fails halfway has something to end
        await fault.begin();
      }
    },
    end: async () => {
      const errors: unknown[] = [];
      for (const fault of begun) await fault.end().catch((error: unknown) => errors.push(error));
      if (errors.length === 1) throw errors[0];
      if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('; '));
    },
    counts: () => faults.flatMap((fault) => fault.counts?.() ?? []),
  };
};
