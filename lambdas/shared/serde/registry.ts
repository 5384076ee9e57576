import { type GetSchemaVersionCommandOutput, GetSchemaVersionCommand, type GlueClient } from '@aws-sdk/client-glue';
import { bulkhead } from 'cockatiel';
import { serviceError } from '../aws/service-error.ts';
import { dispositionOf } from '../errors/platform-error.ts';
import type { Breaker, BreakerOptions } from '../resilience/breaker.ts';
import { withTimeout } from '../resilience/timeout.ts';
import { remember } from './bounded-cache.ts';

/** What the registry says of an id. */
export type FoundSchema =
  | {
      readonly status: 'available';
      readonly subject: string;
      readonly version: number;
      /** As registered: JSON, if it is an Avro schema. */
      readonly definition: string;
    }
  /** It belongs to another registry than ours. */
  | { readonly status: 'foreign'; readonly registry: string }
  /** Not there, or not yet. */
  | { readonly status: 'unknown' }
  /** Being registered. */
  | { readonly status: 'pending' }
  /** It will never be usable: FAILURE, DELETING. */
  | { readonly status: 'failed' };

export interface SchemaRegistry {
  /** @throws UnavailableError `registry` where it does not answer; MisconfiguredError where it refuses us */
  readonly find: (schemaId: string) => Promise<FoundSchema>;
}

export interface GlueRegistryOptions {
  readonly registryName: string;
  /** With `registryFailures` for its rules. */
  readonly breaker: Breaker;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long one question may take, milliseconds. @default 2000 */
  readonly timeoutMs?: number;
  /** How many ids are remembered: those that were used last. @default 1000 */
  readonly mostRemembered?: number;
}

/** Glue publishes no limit for GetSchemaVersion and does throttle. */
const atOnce = 4;
/** Short, because what is unknown now may be registered the next second, and a record is given three. */
const negativeMs = 1_000;

/** `arn:aws:glue:<region>:<account>:schema/<registry>/<subject>` */
const nameIn = (arn: string): { readonly registry: string; readonly subject: string } => {
  const [, registry = '', subject = ''] = arn.slice(arn.lastIndexOf(':') + 1).split('/');
  return { registry, subject };
};

const isNotThere = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'EntityNotFoundException' || error.name === 'InvalidInputException');

/**
 * The rules of the registry's breaker. As many failures as questions at once, so that a registry that hangs costs a batch
 * of unknown ids one time-out, not one for each. An id that is not there is an answer; so is a refusal of our rights.
 */
export const registryFailures = {
  dependency: 'registry',
  failures: atOnce,
  isFailure: (error) => !isNotThere(error) && dispositionOf(serviceError('registry', error)) === 'retry',
} as const satisfies Partial<BreakerOptions>;

/**
 * Glue behind a cache: an id is asked for once at a time. A definition never changes, so what was found stays, also
 * while the registry is down; what was not found is forgotten after a second, and not answered from memory after it.
 */
export const createGlueRegistry = (
  client: GlueClient,
  { registryName, breaker, now, timeoutMs = 2_000, mostRemembered = 1_000 }: GlueRegistryOptions,
): SchemaRegistry => {
  const lanes = bulkhead(atOnce, Number.POSITIVE_INFINITY); // bounded by its callers: the ids of one batch
  const remembered = new Map<string, { readonly found: FoundSchema; readonly until: number }>();
  const underWay = new Map<string, Promise<FoundSchema>>();

  const ask = async (schemaId: string): Promise<FoundSchema> => {
    const question = new GetSchemaVersionCommand({ SchemaVersionId: schemaId });
    try {
      const answer = await lanes.execute(() =>
        breaker.execute(() => withTimeout(timeoutMs, (abortSignal) => client.send(question, { abortSignal }))),
      );
      return read(answer, registryName);
    } catch (error) {
      if (isNotThere(error)) return { status: 'unknown' };
      throw serviceError('registry', error);
    }
  };

  const askAndRemember = async (schemaId: string): Promise<FoundSchema> => {
    try {
      const found = await ask(schemaId);
      const stays = found.status === 'available' || found.status === 'foreign';
      const until = stays ? Number.POSITIVE_INFINITY : now() + negativeMs;
      remember(remembered, schemaId, { found, until }, mostRemembered);
      return found;
    } finally {
      underWay.delete(schemaId);
    }
  };

  return {
    find: async (schemaId) => {
      const known = remembered.get(schemaId);
      if (known && known.until > now()) {
        remember(remembered, schemaId, known, mostRemembered);
        return known.found;
      }
      const asking = underWay.get(schemaId) ?? askAndRemember(schemaId);
      underWay.set(schemaId, asking);
      return asking;
    },
  };
};

const read = (answer: GetSchemaVersionCommandOutput, registryName: string): FoundSchema => {
  const { registry, subject } = nameIn(answer.SchemaArn ?? '');
  if (registry !== registryName) return { status: 'foreign', registry };
  switch (answer.Status) {
    case 'AVAILABLE':
      return {
        status: 'available',
        subject,
        version: answer.VersionNumber ?? 0,
        definition: answer.SchemaDefinition ?? '',
      };
    case 'PENDING':
      return { status: 'pending' };
    default:
      return { status: 'failed' };
  }
};
