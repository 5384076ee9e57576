import { chaosProblems, deadLettersIn } from '../../bin/local/chaos/format-chaos.ts';
import type { Outcome } from '../../bin/local/session.ts';
import type { FaultResult } from '../../local/faults/run-in-turn.ts';

/** What a fault may cost. */
interface Allowance {
  /** Dead letters of records that nobody sent wrong. */
  readonly deadLetters: { readonly least: number; readonly most: number };
  /** Records of this function may take every attempt there is; else a quarter is where a hold must have begun. */
  readonly givesUpIn?: string;
}

const usual: Allowance = { deadLetters: { least: 0, most: 0 } };
const unusual: Readonly<Record<string, Allowance>> = {
  'bad-deploy': { deadLetters: { least: 0, most: 49 } },
  'crash-record': { deadLetters: { least: 1, most: 1 }, givesUpIn: 'millrace-local-enrichment-market' },
};
/** Failed attempts at one batch. */
const usualAttempts = 24;
const everyAttempt = 101;
/** Every function promises to stay below. */
const mostMemoryMb = 512;

const allowancesOf = (fault: string): readonly Allowance[] => fault.split('+').map((name) => unusual[name] ?? usual);

const problemsOf = ({ name, attemptsOf, peakMemoryMb }: FaultResult, deadLetters: number): string[] => {
  const allowances = allowancesOf(name);
  const sum = (of: 'least' | 'most'): number =>
    allowances.reduce((total, { deadLetters: allowed }) => total + allowed[of], 0);
  const [least, most] = [sum('least'), sum('most')];
  const attemptsIn = (functionName: string): number =>
    allowances.some(({ givesUpIn }) => givesUpIn === functionName) ? everyAttempt : usualAttempts;
  return [
    ...(deadLetters < least || deadLetters > most
      ? [`${name}: ${deadLetters} dead letters that nobody sent wrong; there should be ${least} to ${most}`]
      : []),
    ...Object.entries(attemptsOf)
      .filter(([functionName, attempts]) => attempts > attemptsIn(functionName))
      .map(
        ([functionName, attempts]) =>
          `${name}: ${attempts} attempts of ${functionName} at one batch, more than ${attemptsIn(functionName)}`,
      ),
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
