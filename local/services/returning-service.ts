import { setTimeout as sleep } from 'node:timers/promises';

/** A service as far as its end is concerned. */
export interface Endable {
  readonly port: number;
  /** Resolves when its process has ended, wanted or not; a service within our own process has none. */
  readonly ended?: Promise<unknown>;
  /** Ends it as a crash would; without it, stopping is as abrupt as it gets. */
  crash?(): Promise<void>;
  stop(): Promise<void>;
}

/** A service that can be taken away under load and brought back, in the same place and over the same data. */
export interface ReturningService {
  /** It is really gone: its port refuses, and connections are cut. */
  readonly takeAway: () => Promise<void>;
  /** @throws Error with the service's last words, where it does not come back; the run has failed then */
  readonly bringBack: () => Promise<void>;
  /** For good, also while it is away or on its way back. */
  stop(): Promise<void>;
}

export interface ReturningOptions<Service extends Endable> {
  readonly what: string;
  /** @param port - of the one before */
  readonly start: (port: number) => Promise<Service>;
  /** Told when it ended and nobody wanted it to, or does not come back. */
  readonly fail: (error: Error) => void;
  /** How long it is tried to start it again, milliseconds. */
  readonly patienceMs?: number;
}

/**
 * The port was the system's to hand out, and while nobody listened a client's outgoing connection may have got it, even
 * one to itself; and what PostgreSQL's children hold goes with the last of them. Both pass.
 */
const defaultPatienceMs = 15_000;
const againMs = 200;

/** @param first - as it was started; from now on it is ours to end */
export const createReturning = <Service extends Endable>(
  first: Service,
  { what, start, fail, patienceMs = defaultPatienceMs }: ReturningOptions<Service>,
): ReturningService => {
  let current: Service | undefined;
  const stopping = new AbortController();
  let last: Promise<unknown> = Promise.resolve();

  /** One thing at a time; what failed before is its caller's business. */
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const turn = last.then(step);
    last = turn.catch(() => {});
    return turn;
  };
  const adopt = (service: Service): void => {
    current = service;
    void service.ended?.then(() => current !== service || fail(new Error(`${what} has ended by itself`)));
  };
  const letGo = (): Service | undefined => {
    const service = current;
    current = undefined;
    return service;
  };
  const startAgain = async (): Promise<Service | undefined> => {
    const deadline = performance.now() + patienceMs;
    while (!stopping.signal.aborted) {
      try {
        return await start(first.port);
      } catch (error) {
        if (performance.now() > deadline) {
          const failure = new Error(`${what} did not come back: ${(error as Error).message}`, { cause: error });
          fail(failure);
          throw failure;
        }
        await sleep(againMs);
      }
    }
    return undefined;
  };

  adopt(first);
  return {
    takeAway: () =>
      inTurn(async () => {
        const service = letGo();
        if (service?.crash) await service.crash();
        else await service?.stop();
      }),
    bringBack: () =>
      inTurn(async () => {
        if (current) return;
        const service = await startAgain();
        if (service && stopping.signal.aborted) await service.stop();
        else if (service) adopt(service);
      }),
    stop: () => {
      stopping.abort();
      return inTurn(async () => letGo()?.stop());
    },
  };
};
