import { endpoint, type Endpoint } from './http/endpoint.ts';
import { parseParameters } from './http/parameters.ts';
import { ProblemError } from './http/problem.ts';
import type { ChannelPage } from './channel-store.ts';
import type { MessageDependencies } from './dependencies.ts';
import { ChannelPath, MessagesQuery } from './messages-contract.ts';

/**
 * Lambda takes an answer of 6 MB, in which the body is a JSON string: where it is all quotes and backslashes, each
 * counts twice.
 */
const mostBytes = 2_900_000;

const usualLimit = 100;

/** Every string stands in the answer as it was published, byte for byte. */
const bodyOf = (channel: string, { delivery, oldest, newest, given, parts, more }: ChannelPage): string => {
  const numbers = `"oldest":${oldest},"newest":${newest},"given":${given}`;
  const head = `{"channel":${JSON.stringify(channel)},"delivery":"${delivery}",${numbers}`;
  const list = `[${parts.map(({ json }) => json).join(',')}]`;
  if (delivery === 'each') return `${head},"messages":${list},"more":${more}}`;
  // Of what is left out one hears by asking again after the last that is in. Where nothing is, one is at the newest, also
  // where its entities are not after what was asked for.
  const number = more ? parts.at(-1)?.number : newest;
  return `${head},"snapshot":{"number":${number},"events":${list}},"more":${more}}`;
};

/**
 * Answers `GET /v1/channels/{channel}/messages`: what a client has missed. The channel stands in the path with dots for
 * its slashes, because API Gateway decodes `%2F` before it looks for the route (docs/rest-api.md).
 */
export const readMessages = (dependencies: MessageDependencies): Endpoint =>
  endpoint(dependencies, async ({ path, query, resilient }) => {
    const { channel } = parseParameters(ChannelPath, { channel: path['channel'] });
    const { after, limit = usualLimit } = parseParameters(MessagesQuery, query);
    const page = await dependencies.channels.read({ channel, after, limit, mostBytes }, resilient);
    if (!page) {
      throw new ProblemError({
        error: 'not-found',
        message: 'channel: nothing has been sent to it yet, or it is misspelt; subscribe to it and wait',
        field: 'channel',
      });
    }
    if (page.delivery === 'each' && after !== undefined && after + 1 < page.oldest && after < page.newest) {
      throw new ProblemError({
        error: 'gone',
        message: `after: what follows it has been deleted; go on from ${page.oldest}, or without after`,
        field: 'after',
        oldest: page.oldest,
      });
    }
    return bodyOf(channel, page);
  });
