import type { ChaosStep } from '../../../bin/local/chaos/chaos-steps.ts';
import type { FaultName } from '../../../bin/local/chaos/fault-names.ts';
import { formatChaos } from '../../../bin/local/chaos/format-chaos.ts';
import { faultProblems } from '../../../load-test/chaos/fault-problems.ts';
import { runFaults } from '../../../load-test/chaos/run-faults.ts';

/** A minute of waiting for the keeper, or two of attempts: in a run of their own. */
export const slowFaults: readonly FaultName[] = ['crash-record', 'bad-deploy'];

/** A run with faults, what it came to, and everything that must not be; shows its table, and all it said where it failed. */
export const runAndJudge = async (chaos: readonly ChaosStep[], rate: number) => {
  const lines: string[] = [];
  const outcome = await runFaults({ chaos, rate, wrongPercent: 2, seed: 1, say: (line) => lines.push(line) });
  const problems = faultProblems(outcome);
  if (problems.length > 0) console.log(lines.join('\n'));
  console.log(formatChaos(outcome.chaos, outcome.wrong?.unsent ?? [], outcome.notBegun));
  return { ...outcome, problems };
};
