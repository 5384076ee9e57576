/** A dead letter as a list has it: what `GET /v1/dead-letters` answers, as far as the page looks at it. */
export interface Letter {
  readonly id: string;
  readonly source: string;
  readonly reason: string;
  readonly stage: string | null;
  readonly message: string;
  readonly failedAt: string;
  readonly arrivedAt: string;
  readonly size: number;
  readonly attempts: number;
  readonly via: string;
  readonly status: string;
  readonly stream: string;
  readonly shard: string;
  readonly sequenceNumber: string;
  readonly schemaId: string | null;
  readonly correlationId: string | null;
  readonly errorClass: string | null;
  /** Base64; only one that was opened has them, and only where they can be had. */
  readonly bytes?: string | null;
}
