import { chaosProblems, deadLettersIn } from '../../bin/local/chaos/format-chaos.ts';
import type { Outcome } from '../../bin/local/session.ts';
import type { FaultResult } from '../../local/faults/run-in-turn.ts';

/** What a fault may cost. */
interface Allowance {
  /** Dead letters of records that nobody sent wrong. */
  readonly deadLetters: { readonly least: number; readonly most: number };
  /** Failed attempts at one batch; a quarter of what a mapping has is where a hold must have begun. */
  readonly mostAttempts: number;
}

const usual: Allowance = { deadLetters: { least: 0, most: 0 }, mostAttempts: 24 };
const unusual: Readonly<Record<string, Allowance>> = {
  'bad-deploy': { ...usual, deadLetters: { least: 0, most: 49 } },
  'crash-record': { deadLetters: { least: 1, most: 1 }, mostAttempts: 101 },
};
/** Every function promises to stay below. */
const mostMemoryMb = 512;

const allowanceOf = (fault: string): Allowance =>
  fault
    .split('+')
    .map((name) => unusual[name] ?? usual)
    .reduce((sum, one) => ({
      deadLetters: {
        least: sum.deadLetters.least + one.deadLetters.least,
        most: sum.deadLetters.most + one.deadLetters.most,
      },
      mostAttempts: Math.max(sum.mostAttempts, one.mostAttempts),
    }));

const problemsOf = ({ name, mostAttempts, peakMemoryMb }: FaultResult, deadLetters: number): string[] => {
  const allowed = allowanceOf(name);
  const { least, most } = allowed.deadLetters;
  return [
    ...(deadLetters < least || deadLetters > most
      ? [`${name}: ${deadLetters} dead letters that nobody sent wrong; there should be ${least} to ${most}`]
      : []),
    ...(mostAttempts > allowed.mostAttempts
      ? [`${name}: ${mostAttempts} attempts at one batch, more than ${allowed.mostAttempts}`]
      : []),
    ...(peakMemoryMb >= mostMemoryMb ? [`${name}: ${Math.round(peakMemoryMb)} MB in a function`] : []),
  ];
};

/** Everything that must not be after a run with faults, as sentences. */
export const faultProblems = ({ account, wrong, chaos, notBegun, feedError }: Outcome): readonly string[] => {
  const letters = deadLettersIn(chaos, wrong?.unsent ?? []);
  return [
    ...(account.balances ? [] : ['the account does not balance']),
    ...(wrong?.faultCount ? [`${wrong.faultCount} dead letters are not what was sent wrong`] : []),
    ...(feedError === undefined
      ? []
      : [`the feed failed: ${feedError instanceof Error ? feedError.message : 'with no error'}`]),
    ...chaosProblems(chaos, notBegun),
    ...chaos.flatMap((result, index) => problemsOf(result, letters[index] ?? 0)),
  ];
};
