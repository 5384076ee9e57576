import type * as z from 'zod/mini';
import {
  DeadLetterDetail,
  DeadLetterList,
  DeadLetterPath,
  DeadLettersQuery,
} from '../../lambdas/rest-api/dead-letters-contract.ts';
import { Channel, ChannelPath, MessagesQuery } from '../../lambdas/rest-api/messages-contract.ts';
import type { Problem } from '../../lambdas/rest-api/http/problem.ts';

type Parameters = z.ZodMiniObject;

/** One thing that the REST API does: the code's schemas, and words for people. */
export interface Operation {
  /** As the stack has it. A variable in the middle of a path takes one segment; `{name+}` takes the rest. */
  readonly route: `GET /${string}`;
  readonly id: string;
  /** What a token must be good for, as the stack has it. */
  readonly scope: 'millrace/read' | 'millrace/operate';
  readonly summary: string;
  readonly description: string;
  readonly path?: Parameters;
  readonly query?: Parameters;
  /** By name of the parameter. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly answer: { readonly name: string; readonly schema: z.ZodMiniType; readonly description: string };
  /** Of `Problem`, besides those that every operation has. */
  readonly problems: Partial<Readonly<Record<z.output<typeof Problem>['error'], string>>>;
}

export const operations: readonly Operation[] = [
  {
    route: 'GET /v1/channels/{channel}/messages',
    id: 'readMessages',
    scope: 'millrace/read',
    summary: 'What a client has missed of a channel',
    description:
      'Messages after a number, as they were published; of a channel of the latest, the newest event of each entity ' +
      'that has changed since. An answer holds 3 MB at most: where `more` is true, ask again after its last number.',
    path: ChannelPath,
    query: MessagesQuery,
    parameters: {
      channel: 'The channel, with dots for its slashes: `match.events.m-1` is `match/events/m-1`.',
      after: 'The last number one has. Left out: from the oldest that is there.',
      limit: 'Messages at most, 100 where it is left out. A snapshot is not cut by it.',
    },
    answer: { name: 'Channel', schema: Channel, description: 'What comes after the number.' },
    problems: {
      'not-found': 'Nothing has been sent to the channel yet.',
      gone: 'What follows the number has been deleted; `oldest` can still be read.',
    },
  },
  {
    route: 'GET /v1/dead-letters',
    id: 'listDeadLetters',
    scope: 'millrace/operate',
    summary: 'Records that could not be stored',
    description: 'Newest first, of the last seven days, without bytes.',
    query: DeadLettersQuery,
    parameters: {
      source: 'Only of this source; left out, of all.',
      reason: 'Only with this reason.',
      limit: 'At most so many, 50 where it is left out.',
    },
    answer: { name: 'DeadLetterList', schema: DeadLetterList, description: 'The newest dead letters.' },
    problems: {},
  },
  {
    route: 'GET /v1/dead-letters/{id+}',
    id: 'readDeadLetter',
    scope: 'millrace/operate',
    summary: 'One record that could not be stored, with its bytes',
    description: 'Everything that is known of it, and the first 4 MB of it as the stream delivered it.',
    path: DeadLetterPath,
    parameters: { id: 'As a list has it: `stream/shard/sequenceNumber`. Its slashes stand in the path as they are.' },
    answer: { name: 'DeadLetter', schema: DeadLetterDetail, description: 'The dead letter.' },
    problems: { 'not-found': 'There is none with this id, or it has expired.' },
  },
];
