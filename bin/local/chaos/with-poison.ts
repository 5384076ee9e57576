import type { Fault } from '../../../local/faults/fault.ts';
import { meanwhile } from '../../../local/faults/meanwhile.ts';

export interface Sending {
  readonly send: () => Promise<void>;
  readonly everyMs: number;
  readonly complain: (error: unknown) => void;
}

/** While a fault lasts, records are sent that need what it has broken. */
export const withPoison = (fault: Fault, { send, everyMs, complain }: Sending): Fault => {
  const sending = meanwhile({ round: send, pauseMs: () => everyMs, complain });
  return {
    ...fault,
    begin: async () => {
      await fault.begin();
      sending.begin();
    },
    end: async () => {
      await sending.end();
      await fault.end();
    },
  };
};
