import { sleepUntil } from '../pause.ts';
import type { KillPoint } from './kill.ts';
import type { HttpProxy } from './proxy/http-proxy.ts';

export interface RequestPoint {
  readonly name: string;
  readonly proxy: HttpProxy;
  /** Before it the service never hears of the request; after it the process never hears of the answer. */
  readonly when: 'before' | 'after';
  /** `PutItem`. */
  readonly operation: string;
  /** Name of the table or queue. */
  readonly resource: string;
  /** @returns the function's name; undefined where the process is gone already */
  readonly killInstance: (id: string) => string | undefined;
  /** Has somebody come here, where that is seldom. */
  readonly provoke?: () => Promise<void>;
}

const patienceMs = 3_000;

/** Kills the first process that calls an AWS service for one thing. */
export const killAtRequest = ({ name, proxy, when, killInstance, provoke, ...wanted }: RequestPoint): KillPoint => ({
  name,
  strike: async (over) => {
    const struck = new AbortController();
    const strike = ({
      instance,
      operation,
      resource,
    }: {
      instance: string | undefined;
      operation: string;
      resource: string | undefined;
    }): 'cut' | undefined => {
      if (struck.signal.aborted || instance === undefined) return undefined;
      if (operation !== wanted.operation || resource !== wanted.resource) return undefined;
      if (killInstance(instance) === undefined) return undefined;
      struck.abort();
      return 'cut';
    };
    const end = proxy.interfere({ [when]: strike });
    try {
      await provoke?.();
      await sleepUntil(AbortSignal.any([over, struck.signal]))(patienceMs);
    } finally {
      end();
    }
    return struck.signal.aborted;
  },
});
