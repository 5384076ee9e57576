import type { RunningFunctions } from '../runtime/function-host.ts';
import type { Fault } from './fault.ts';

export interface BadDeployOptions {
  readonly functions: Pick<RunningFunctions, 'reconfigure'>;
  readonly functionName: string;
  /** What is deployed that is wrong. */
  readonly environment: Readonly<Record<string, string>>;
  /** How many records were held because of it. */
  readonly held: () => number;
}

/** A function is deployed with a setting that is wrong for every record, and then with the right one again. */
export const badDeploy = ({ functions, functionName, environment, held }: BadDeployOptions): Fault => {
  let before = 0;
  let undo: (() => void) | undefined;
  return {
    name: 'bad-deploy',
    begin: async () => {
      before = held();
      undo = functions.reconfigure(functionName, () => environment);
    },
    end: async () => undo?.(),
    counts: () => [{ what: 'records held', count: held() - before, must: true }],
  };
};
