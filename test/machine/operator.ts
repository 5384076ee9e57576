import { createHoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { clientsOf, type Backends } from './clients.ts';
import type { SimulatedTime } from './clock.ts';
import { createGate, type Gate } from './faults.ts';
import type { OperatorHold } from './scenario.ts';

const by = 'operator';
const source = 'market';
const everyMs = 10_000;
const minute = 60_000;

/**
 * A person at the command line. Sets holds when the scenario says so, first ending what stands where it says `renew`; and
 * in the end, when all that went wrong is over, looks at the rejects that are held and lets them be parked.
 */
export const createOperator = (
  backends: Backends,
  time: SimulatedTime,
  gate: Gate,
  plans: readonly OperatorHold[],
  disturbedUntil: number,
  storms: boolean,
) => {
  const state = { over: false, violations: [] as string[], standing: 0 };
  // The operator's own calls go wrong nowhere: a person would say it again.
  const calm = createGate(time, 0, [], []);
  const { dynamodb } = clientsOf(backends, calm, { name: by, alive: true, kill: () => {} });
  const holds = createHoldStore(dynamodb, 'controls');
  const at = (): string => new Date().toISOString();

  const hold = async ({ atMs, forMs, how }: OperatorHold): Promise<void> => {
    await time.sleep(atMs);
    const before = await holds.read(source);
    if (how === 'renew' && before?.standing && before.cause !== 'operator') {
      await holds.release({ source, number: before.number, by, why: 'looked at it', at: at() });
    }
    const wanted = { source, cause: 'operator', reason: 'operator', why: 'look', by, from: {}, at: at() } as const;
    if (!(await holds.place(wanted))) return;
    const number = (await holds.read(source))?.number ?? 0;
    gate.note(`operator sets hold ${number}`);
    state.standing += 1;
    await time.sleep(forMs);
    const ended = await holds.release({ source, number, by, why: 'done', at: at() });
    state.standing -= 1;
    gate.note(`operator releases hold ${number}: ${ended}`);
    if (!ended) state.violations.push(`the operator's hold ${number} was ended by somebody else`);
  };

  const acceptRejects = async (): Promise<void> => {
    await time.sleep(disturbedUntil + 2 * minute - time.now());
    while (!state.over) {
      const standing = await holds.read(source);
      // A halt's or an outage's hold ends by itself, unless a storm stands right behind it.
      if (standing?.standing && (standing.cause === 'rejects' || storms)) {
        const parkUntil = new Date(time.now() + 15 * minute).toISOString();
        gate.note(`operator lets hold ${standing.number} park`);
        await holds.release({ source, number: standing.number, by, why: 'they are wrong', at: at(), parkUntil });
      }
      await time.sleep(everyMs);
    }
  };

  for (const plan of plans) void hold(plan);
  void acceptRejects();
  return {
    violations: state.violations,
    /** Holds of the operator's that are not released yet. */
    standing: () => state.standing,
    stop: () => void (state.over = true),
  };
};
