import { backoffMs, pause } from './backoff.ts';
import type { Answer } from './channel.ts';
import type { Tokens } from './tokens.ts';

export type Fetch = (url: string, init: { headers: Record<string, string>; signal: AbortSignal }) => Promise<Response>;

export interface ResumeOptions {
  readonly apiUrl: string;
  readonly fetch: Fetch;
  readonly tokens: Tokens;
  readonly random: () => number;
}

export interface Question {
  readonly channel: string;
  readonly after: number;
  /** How many answers in a row did not have yet what is asked for: the more, the later it asks. */
  readonly inVain: number;
  readonly signal: AbortSignal;
  /** Told of every attempt that failed; it is made again. */
  readonly onFailure: (error: Error) => void;
}

/** What the resume endpoint says of a channel. Asks until it answers. @throws the signal's reason, and nothing else */
export type Resume = (question: Question) => Promise<Answer>;

/** A client with many channels comes back for all of them at once. */
const mostAtOnce = 4;
/** The endpoint's answer ends at 3 MB, so this bounds small messages only. */
const limit = 500;
const longestMs = 20_000;
/** What is on its way may be pushed to us meanwhile, so nobody has to wait for longer than eight seconds. */
const mostInVain = 5;

type Body = Record<string, unknown>;

const answerOf = (status: number, body: Body): Answer | undefined => {
  if (status === 410) return { kind: 'gone', oldest: Number(body['oldest']) };
  // An unknown route is 404 as well, and has no `error`.
  if (status === 404 && body['error'] === 'not-found') return { kind: 'unknown' };
  return status === 200 ? ({ kind: body['delivery'], ...body } as unknown as Answer) : undefined;
};

/** At most so many at once, in the order in which they were asked for. */
const createGate = (most: number) => {
  let free = most;
  const queue: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else free += 1;
    }
  };
};

/** The channel stands in the path with dots for its slashes (docs/rest-api.md). */
const urlOf = (apiUrl: string, channel: string, after: number): string =>
  `${apiUrl}/v1/channels/${channel.replaceAll('/', '.')}/messages?after=${after}&limit=${limit}`;

export const createResume = ({ apiUrl, fetch, tokens, random }: ResumeOptions): Resume => {
  const throughGate = createGate(mostAtOnce);

  const ask = async ({ channel, after, signal }: Question): Promise<Answer> => {
    const headers = { authorization: `Bearer ${await tokens.get()}` };
    const until = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
    const response = await fetch(urlOf(apiUrl, channel, after), { headers, signal: until });
    if (response.status === 401) tokens.drop();
    const body = (await response.json()) as Body;
    const answer = answerOf(response.status, body);
    if (answer) return answer;
    throw new Error(`${channel}: the resume endpoint answered ${response.status}: ${String(body['message'])}`);
  };

  return async (question) => {
    const { inVain, signal, onFailure } = question;
    if (inVain > 0) await pause(backoffMs(Math.min(inVain, mostInVain) - 1, random), signal);
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await throughGate(() => ask(question));
      } catch (error) {
        signal.throwIfAborted();
        onFailure(error instanceof Error ? error : new Error(String(error)));
      }
      await pause(backoffMs(attempt, random), signal);
    }
  };
};
