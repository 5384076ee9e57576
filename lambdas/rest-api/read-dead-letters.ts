import * as z from 'zod/mini';
import { serviceError } from '../shared/aws/service-error.ts';
import type { DeadLetterSummary } from '../shared/dead-letters/entry.ts';
import { DeadLetterDetail, DeadLetterList, DeadLetterPath, DeadLettersQuery } from './dead-letters-contract.ts';
import type { DeadLetterDependencies } from './dependencies.ts';
import { endpoint, type Endpoint, type Request } from './http/endpoint.ts';
import { parseParameters } from './http/parameters.ts';
import { ProblemError } from './http/problem.ts';

const dayMs = 86_400_000;
/** As far back as a list looks, of days that may each hold a burst of rejects. */
const listedDays = 7;
const usualLimit = 50;
/** Lambda takes an answer of 6 MB, and base64 makes four of three. */
const mostBytes = 4_000_000;

/** The call's result, or what its failure means. */
const calling = async <T>({ resilient }: Request, call: () => Promise<T>): Promise<T> =>
  resilient(async () => {
    try {
      return await call();
    } catch (error) {
      throw serviceError('dead-letters', error);
    }
  });

const list = async ({ letters, sources, now }: DeadLetterDependencies, request: Request): Promise<string> => {
  const { source, reason, limit = usualLimit } = parseParameters(DeadLettersQuery, request.query);
  const selection = {
    sources: source === undefined ? sources : [source],
    from: now() - listedDays * dayMs,
    to: now() + 1_000, // what fails while we look is seen as well
    reason,
  };
  const deadLetters = await calling(request, async () => {
    const found: DeadLetterSummary[] = [];
    for await (const entry of letters.list(selection, request.signal)) {
      found.push(entry);
      if (found.length > limit) break;
    }
    return found;
  });
  const more = deadLetters.length > limit || request.signal.aborted;
  return JSON.stringify(z.parse(DeadLetterList, { deadLetters: deadLetters.slice(0, limit), more }));
};

const one = async ({ letters }: DeadLetterDependencies, request: Request): Promise<string> => {
  const { id } = parseParameters(DeadLetterPath, { id: request.path['id'] });
  parseParameters(z.strictObject({}), request.query);
  const entry = await calling(request, () => letters.find(id));
  if (!entry) {
    const message = 'id: no dead letter has it; it was misspelt, or has expired since it was listed';
    throw new ProblemError({ error: 'not-found', message, field: 'id' });
  }
  const bytes = await calling(request, () => letters.bytesOf(entry));
  return JSON.stringify(
    z.parse(DeadLetterDetail, {
      ...entry,
      bytes: bytes?.subarray(0, mostBytes).toString('base64') ?? null,
      truncated: (bytes?.length ?? 0) > mostBytes,
    }),
  );
};

/** Answers `GET /v1/dead-letters` and, with an id, `GET /v1/dead-letters/{id+}`: an id has slashes in it. */
export const readDeadLetters = (dependencies: DeadLetterDependencies): Endpoint =>
  endpoint(dependencies, (request) =>
    request.path['id'] === undefined ? list(dependencies, request) : one(dependencies, request),
  );
