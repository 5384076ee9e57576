import type { KinesisStreamRecord } from 'aws-lambda';
import * as z from 'zod/mini';

/** A dry run, as the keeper asks for it: the handler ignores the hold, stores nothing and parks nothing of the records. */
export interface ProbeEvent {
  readonly probe: true;
  /** As the mapping would deliver them. */
  readonly Records: readonly KinesisStreamRecord[];
}

const count = z.int().check(z.nonnegative());

/** What a dry run found out. */
export const ProbeAnswer = z.object({
  /** Each dependency, used for real by a marked write or read: `ok`, or the reason why it is away. */
  dependencies: z.record(z.string(), z.string()),
  records: z.object({ valid: count, waiting: count, rejected: z.record(z.string(), count) }),
  /** The reason of a halt. */
  halted: z.nullable(z.string()),
});
export type ProbeAnswer = Readonly<z.output<typeof ProbeAnswer>>;
