import { PlatformError, reasonOf } from '../../shared/errors/platform-error.ts';
import { positionKey } from '../../shared/stream/position.ts';
import type { Telemetry } from '../../shared/telemetry/batch-telemetry.ts';
import { ForeignMessageError } from './foreign-message.ts';
import type { Letter } from './letter.ts';

export type LetterResult =
  /** `takenInAt` in milliseconds; undefined where the entry was there already. */
  | { readonly letter: Letter; readonly takenInAt: number | undefined }
  | { readonly letter: Letter; readonly error: unknown };

export interface MessageResult {
  readonly messageId: string;
  readonly letters: readonly LetterResult[];
  /** Why it has no letters. */
  readonly error?: unknown;
  /** The source whose probe it is the mark of: dropped. */
  readonly probeOf?: string;
}

interface Failure {
  readonly source: string | undefined;
  readonly messageId: string;
  readonly position: string | null;
  readonly error: unknown;
}

const failuresOf = ({ messageId, letters, error }: MessageResult): Failure[] => [
  ...(error === undefined ? [] : [{ source: undefined, messageId, position: null, error }]),
  ...letters.flatMap((result) =>
    'error' in result
      ? [
          {
            source: result.letter.source,
            messageId,
            position: positionKey(result.letter.position),
            error: result.error,
          },
        ]
      : [],
  ),
];

const reasonFor = (error: unknown): string => (error instanceof ForeignMessageError ? 'foreign' : reasonOf(error));

/** The text of an error that is not ours may quote data. */
const causeFor = (error: unknown): string =>
  error instanceof PlatformError || error instanceof ForeignMessageError ? error.message : 'unexpected';

/** The first of each reason, and how many there were: an outage must not become a burst of log lines. */
const warnOf = (telemetry: Telemetry, failures: readonly Failure[]): void => {
  for (const [reason, alike] of Map.groupBy(failures, ({ error }) => reasonFor(error))) {
    telemetry.countByReason('IntakeUnfinished', reason, alike.length);
    const [first] = alike;
    telemetry.warn('dead letters not taken in', {
      reason,
      count: alike.length,
      messageId: first?.messageId,
      position: first?.position,
      cause: causeFor(first?.error),
    });
  }
};

/**
 * Says what became of the messages: entries by source and reason, how long each took from its arrival to the table, and
 * why messages come again.
 * @returns the ids of the messages that come again
 */
export const reportIntake = (
  telemetryOf: (source: string | undefined) => Telemetry,
  results: readonly MessageResult[],
): string[] => {
  const failures = results.flatMap(failuresOf);
  const letters = results.flatMap((result) => result.letters);
  const bySource = new Map<Telemetry, { added: number; known: number; probes: number; failures: Failure[] }>();
  const of = (source: string | undefined) => {
    const telemetry = telemetryOf(source);
    const counts = bySource.get(telemetry) ?? { added: 0, known: 0, probes: 0, failures: [] };
    bySource.set(telemetry, counts);
    return { telemetry, counts };
  };
  for (const result of letters) {
    if ('error' in result) continue;
    const { letter, takenInAt } = result;
    const { telemetry, counts } = of(letter.source);
    if (takenInAt === undefined) {
      counts.known += 1;
      continue;
    }
    counts.added += 1;
    telemetry.countByReason('DeadLetters', letter.reason, 1);
    telemetry.duration('IntakeLag', Math.max(0, takenInAt - Date.parse(letter.arrivedAt)));
  }
  for (const { probeOf } of results) if (probeOf !== undefined) of(probeOf).counts.probes += 1;
  for (const failure of failures) of(failure.source).counts.failures.push(failure);
  for (const [telemetry, { added, known, probes, failures: failed }] of bySource) {
    telemetry.count('TakenIn', added);
    telemetry.count('TakenInBefore', known);
    if (probes > 0) {
      telemetry.count('ProbesDropped', probes);
      telemetry.info('marks of probes dropped', { count: probes });
    }
    warnOf(telemetry, failed);
    telemetry.publish();
  }
  return [...new Set(failures.map(({ messageId }) => messageId))];
};
