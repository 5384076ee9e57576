import { dispositionOf, PlatformError } from '../../shared/errors/platform-error.ts';
import type { HoldStore } from '../../shared/holds/hold-store.ts';
import type { Hold } from '../../shared/holds/hold.ts';
import type { ProbeAnswer, ProbeEvent } from '../../shared/holds/probe.ts';
import type { Telemetry } from '../../shared/telemetry/batch-telemetry.ts';
import type { HeldSource } from './config.ts';
import type { HeldRecordsStore } from './held-records-store.ts';
import { judgeProbe, type Verdict } from './judge-probe.ts';
import { isProbeCrash, type ProbeStore } from './probe-store.ts';

export interface ProbeDependencies {
  readonly holds: HoldStore;
  readonly records: HeldRecordsStore;
  readonly probes: ProbeStore;
  readonly by: string;
  readonly now: () => number;
}

type Outcome = Omit<Verdict, 'outcome'> & { readonly outcome: Verdict['outcome'] | 'no-answer' };

/**
 * Probes a hold, and releases it where its cause is gone.
 * @returns whether this released it
 * @throws PlatformError where the table does not answer, or where only a deployment can let us probe
 */
export const probeHold = ({ holds, records, probes, by, now }: ProbeDependencies) => {
  const ask = async (source: HeldSource, hold: Hold, timeoutMs: number): Promise<Verdict> => {
    const probe = async (batch: ProbeEvent['Records']): Promise<ProbeAnswer> => {
      try {
        return await probes.probe(source.functionName, batch, timeoutMs);
      } catch (error) {
        // A record that ends the process is the mapping's to bring to its end, once the dependencies are back: with it in
        // front the source would stand still for ever. A storm cannot be judged without its records.
        if (hold.cause === 'rejects' || batch.length === 0 || !isProbeCrash(error)) throw error;
        return probes.probe(source.functionName, [], timeoutMs);
      }
    };
    // Each shard on its own: its rejects must not hide behind the good records of another.
    const batches = await Promise.all(
      Object.entries(hold.from).map(([shard, from]) => records.read(source, shard, from)),
    );
    const answers = await Promise.all((batches.length > 0 ? batches : [[]]).map((batch) => probe(batch)));
    const verdicts = answers.map((answer) => judgeProbe(hold, answer, now()));
    return (verdicts.find(({ outcome }) => outcome !== 'passed') ?? verdicts[0]) as Verdict;
  };

  const outcomeOf = async (source: HeldSource, hold: Hold, timeoutMs: number): Promise<Outcome> => {
    try {
      return await ask(source, hold, timeoutMs);
    } catch (error) {
      // A function that cannot answer may be the very cause: it is not gone.
      if (error instanceof PlatformError && dispositionOf(error) === 'retry')
        return { outcome: 'no-answer', why: error.message };
      throw error;
    }
  };

  return async (source: HeldSource, hold: Hold, telemetry: Telemetry, timeoutMs: number): Promise<boolean> => {
    const { number, cause } = hold;
    const { outcome, why } = await outcomeOf(source, hold, timeoutMs);
    telemetry.countByReason('HoldProbes', outcome, 1);
    telemetry.info('hold probed', { number, cause, outcome, why });
    if (outcome !== 'passed') return false;
    const at = new Date(now()).toISOString();
    if (!(await holds.release({ source: source.source, number, by, why, at }))) return false;
    telemetry.countByReason('HoldsReleased', cause, 1);
    telemetry.info('hold released', { number, cause, why });
    return true;
  };
};
