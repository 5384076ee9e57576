import { parseArgs } from 'node:util';
import type { Speed } from '../../feeds/pace.ts';
import { flagFault } from '../flag-fault.ts';
import { naturalRate } from '../../feeds/simulation/pace.ts';
import { namedRecording, type Recording } from '../../feeds/recording-kinds.ts';
import { checkFeedLasts, readChaos, type ChaosStep } from './chaos/chaos-steps.ts';
import { faultLines } from './chaos/fault-names.ts';
import { durationMust, readDuration } from './duration.ts';

/** The command line is wrong: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Simulation {
  /** Records a second, of all sources together. */
  readonly rate: number;
  readonly seed: number;
  /** How many of them are wrong on purpose. */
  readonly wrongPercent: number;
}

export interface Replay {
  readonly recordings: readonly Recording[];
  readonly speed: Speed;
}

export interface LocalOptions {
  readonly feed: { readonly simulate: Simulation } | { readonly replay: Replay };
  /** How long to feed; undefined until it is stopped, or done. */
  readonly durationMs: number | undefined;
  readonly exitWhenDone: boolean;
  /** What is to go wrong, in turn. */
  readonly chaos: readonly ChaosStep[];
  /** Of the simulation, and of what faults leave to chance. */
  readonly seed: number;
  /** Undefined for a temporary one. */
  readonly dataDir: string | undefined;
  /** Undefined for one that the system hands out, as every other port is. */
  readonly postgresPort: number | undefined;
}

const leastRate = 1;
const mostRate = 50_000;
/** A source of which more than half is wrong is held, and then its wrong records are in no dead letters. */
const mostWrong = 40;

export const help = `Usage: npm start -- [options]

Synthesizes the local environment, runs it on this machine and feeds it; ends with an account of every record.
Without --replay the feed is simulated: a match with 22 players and a ball, broadcast events, posts, quotes and trades;
of what was wrong on purpose, each must be in the dead letters with its reason.

  --replay FILE…      feed recordings instead, together: market-quotes.ndjson, market-trades.ndjson,
                      stadium-positions.ndjson, broadcast-events.ndjson, social-posts.ndjson (kind:file for another name)
  --speed N|max       times the recorded pace (default 1); max waits for nothing
  --rate N            simulated records a second, all sources together; at ${naturalRate}, the default, the match runs at its
                      20 frames a second, at others its frames come faster or slower
  --seed N            of the simulation (default 1)
  --wrong PERCENT     of the simulated records, every kind of wrong in turn: 0 to ${mostWrong} (default 1)
  --duration TIME     feed for so long, then end: 20s, 5m, 1h, 500ms
  --exit-when-done    end when the replay has been sent and processed, or the last fault is over and caught up with
  --chaos FAULT…      let things go wrong under the feed: FAULT[:TIME],… in turn, each for its time (10s without), the
                      next when the run has caught up; FAULT+FAULT:TIME at once; all:TIME is every fault in turn. What
                      is left to chance comes from --seed, also beside a replay
  --postgres-port N   let PostgreSQL listen on this port of 127.0.0.1 (default: the system hands one out)
  --data DIR          keep the data there, and go on with what is there already
  --help              this text

Faults for --chaos, each ended by itself; the run fails where one did nothing, or was not recovered from:
${faultLines.join('\n')}

Ctrl-C ends the feed, takes the account and stops everything; once more, and it stops at once.
Exit status: 0 the account balances; 1 it does not, or something failed; 2 wrong input; 130 stopped before there was an account.`;

const flags = {
  replay: { type: 'string', multiple: true },
  speed: { type: 'string' },
  rate: { type: 'string' },
  seed: { type: 'string' },
  wrong: { type: 'string' },
  duration: { type: 'string' },
  'exit-when-done': { type: 'boolean' },
  chaos: { type: 'string', multiple: true },
  data: { type: 'string' },
  'postgres-port': { type: 'string' },
  help: { type: 'boolean' },
} as const;

const numberOf = (flag: string, text: string, must: string, isRight: (value: number) => boolean): number => {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (isRight(value)) return value;
  throw new UsageError(`--${flag} must be ${must}, is "${text}"`);
};

const speedOf = (text: string): Speed =>
  text === 'max' ? 'max' : numberOf('speed', text, 'a number above 0, or max', (value) => value > 0);

const durationOf = (text: string): number => {
  const ms = readDuration(text);
  if (ms === undefined) throw new UsageError(`--duration ${durationMust}, is "${text}"`);
  return ms;
};

const parse = (args: readonly string[]) => {
  const fault = flagFault(args, flags);
  if (fault !== undefined) throw new UsageError(fault);
  return parseArgs({ args: [...args], options: flags, allowPositionals: true });
};

/** Says of what is wrong with a value that the command line is. */
const orUsageError = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
};

const isPort = (value: number): boolean => Number.isInteger(value) && value >= 1_024 && value <= 65_535;

/**
 * @returns undefined where help was asked for
 * @throws UsageError naming the option that is wrong
 */
export const parseLocalOptions = (args: readonly string[]): LocalOptions | undefined => {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  // --replay FILE…: what follows without a flag is another file.
  if (values.replay === undefined && positionals[0] !== undefined) {
    throw new UsageError(`"${positionals[0]}" is no option; a recording is given as --replay ${positionals[0]}`);
  }
  const only = (flag: 'speed' | 'rate' | 'seed' | 'wrong', meaningful: boolean, why: string): void => {
    if (values[flag] !== undefined && !meaningful) throw new UsageError(`--${flag} ${why}`);
  };
  const isReplay = values.replay !== undefined;
  only('speed', isReplay, 'is for a replay: give --replay too');
  only('rate', !isReplay, 'is for the simulation: it means nothing with --replay');
  only('seed', !isReplay || values.chaos !== undefined, 'is for the simulation: it means nothing with --replay');
  only('wrong', !isReplay, 'is for the simulation: it means nothing with --replay');
  if (values['exit-when-done'] && !isReplay && values.duration === undefined && values.chaos === undefined) {
    throw new UsageError('--exit-when-done: the simulation is never done; give --replay, --duration or --chaos');
  }
  const chaos = orUsageError(() => readChaos(values.chaos ?? []));
  const seed = numberOf('seed', values.seed ?? '1', 'a whole number', Number.isSafeInteger);
  const durationMs = values.duration === undefined ? undefined : durationOf(values.duration);
  if (durationMs !== undefined) orUsageError(() => checkFeedLasts(chaos, durationMs, '--duration'));
  if (values.data === '') throw new UsageError('--data must name a folder');
  return {
    feed: isReplay
      ? {
          replay: {
            recordings: [...(values.replay ?? []), ...positionals].map((argument): Recording =>
              orUsageError(() => namedRecording(argument)),
            ),
            speed: speedOf(values.speed ?? '1'),
          },
        }
      : {
          simulate: {
            rate: numberOf(
              'rate',
              values.rate ?? String(naturalRate),
              `a number from ${leastRate} to ${mostRate}`,
              (n) => n >= leastRate && n <= mostRate,
            ),
            wrongPercent: numberOf(
              'wrong',
              values.wrong ?? '1',
              `a number of percent, 0 to ${mostWrong}`,
              (n) => n <= mostWrong,
            ),
            seed,
          },
        },
    durationMs,
    exitWhenDone: values['exit-when-done'] ?? false,
    chaos,
    seed,
    dataDir: values.data,
    postgresPort:
      values['postgres-port'] === undefined
        ? undefined
        : numberOf('postgres-port', values['postgres-port'], 'a whole number from 1024 to 65535', isPort),
  };
};
