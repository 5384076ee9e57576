/**
 * What the platform does with a record whose processing threw (DESIGN section 5):
 * - `retry`: it may succeed later
 * - `reject`: it never will; it is parked with its bytes and its reason
 * - `halt`: nothing will succeed until someone fixes the deployment
 */
export type Disposition = 'retry' | 'reject' | 'halt';

/** Why a record was rejected. The operator's first sort key, so this list is closed and documented in docs/glossary.md. */
export const rejectReasons = [
  'truncated-frame',
  'foreign-frame',
  'unknown-compression',
  'broken-compression',
  'decompression-bomb',
  'unknown-schema',
  'wrong-subject',
  'undecodable',
  'invalid-text',
  'broken-rule',
  'too-old',
  'too-large',
  'conflict',
  'refused-by-store',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** At which step of a record's way (DESIGN section 1) it was rejected. */
export type Stage = 'decode' | 'validate' | 'enrich' | 'record';

/** Identifiers only: safe to log, never a payload. */
export type Details = Readonly<Record<string, string | number>>;

/** Base of every error we throw on purpose: the class carries the disposition, never the text. */
export abstract class PlatformError extends Error {
  abstract readonly disposition: Disposition;
  /** Kebab-case, closed per class; becomes the `reason` dimension of a metric. */
  abstract readonly reason: string;
  readonly details: Details;

  constructor(message: string, details: Details = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.details = details;
  }
}

/** The record can never succeed. The message names the field, the kind of its value and the way out. */
export class RejectedRecordError extends PlatformError {
  readonly disposition = 'reject';
  readonly reason: RejectReason;
  readonly stage: Stage;

  constructor(reason: RejectReason, stage: Stage, message: string, details: Details = {}, options?: ErrorOptions) {
    super(message, details, options);
    this.reason = reason;
    this.stage = stage;
  }
}

/** Something we depend on did not answer, throttled us, or is not ready yet. */
export class UnavailableError extends PlatformError {
  readonly disposition = 'retry';
  readonly reason: string;

  /** @param dependency - what did not answer: `store`, `registry`, `parked-queue`, `entity-state`, … */
  constructor(dependency: string, message: string, details: Details = {}, options?: ErrorOptions) {
    super(message, details, options);
    this.reason = dependency;
  }
}

/** The platform has stopped on purpose, or is about to: the record is neither stored nor parked until a hold has ended. */
export class HeldError extends PlatformError {
  readonly disposition = 'retry';
  readonly reason = 'held';
}

/** The deployment is wrong (a role, a database, a schema our reader cannot resolve): retrying a record cannot help. */
export class MisconfiguredError extends PlatformError {
  readonly disposition = 'halt';
  readonly reason: string;

  constructor(what: string, message: string, details: Details = {}, options?: ErrorOptions) {
    super(message, details, options);
    this.reason = what;
  }
}

/** What we did not throw ourselves is tried again: attempts are finite, so that is safe. */
export const dispositionOf = (error: unknown): Disposition =>
  error instanceof PlatformError ? error.disposition : 'retry';

/** The `reason` for a metric or a log line; an error that is not ours counts as `unexpected`. */
export const reasonOf = (error: unknown): string => (error instanceof PlatformError ? error.reason : 'unexpected');
