import { hash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readWake } from '../../lambdas/shared/delivery/wake.ts';
import type { Database } from '../../lambdas/shared/database/connection.ts';
import type { Gate, Process } from './faults.ts';
import { answerStatement, statementNamed, type Tables } from './in-memory-store.ts';
import { answerDocuments } from './documents.ts';
import type { InMemoryTables } from './in-memory-tables.ts';
import type { InMemoryQueue } from './queue.ts';

/** Where everything is kept that outlives a process. */
export interface Backends {
  readonly store: Tables;
  readonly dynamodb: InMemoryTables;
  readonly parked: InMemoryQueue;
  readonly givenUp: InMemoryQueue;
  /** When each channel was last named in a wake, milliseconds since the epoch. */
  readonly wakes: Map<string, number>;
  /** Objects by key. */
  readonly bucket: Map<string, string>;
}

type Input = Record<string, unknown>;
/** How one command is answered. */
interface Answered {
  readonly point: string;
  readonly dependency: string;
  readonly patienceMs?: number;
  readonly work: () => Input;
  /** What takes time of its own, such as an invocation. */
  readonly afterwards?: () => Promise<Input>;
}
type Answer = (command: string, input: Input) => Answered;

export const clientSettings = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  maxAttempts: 1,
} as const;

/** A client of the SDK that goes no further than the command: what would go over the wire is answered here. */
export const answering = <C extends { readonly middlewareStack: unknown }>(
  client: C,
  gate: Gate,
  process: Process,
  answer: Answer,
): C => {
  const stack = client.middlewareStack as {
    addRelativeTo(
      middleware: (
        next: unknown,
        context: { commandName?: string },
      ) => (args: { input: Input }) => Promise<{ response: unknown; output: Input }>,
      options: object,
    ): void;
  };
  stack.addRelativeTo(
    (_, { commandName = '' }) =>
      async ({ input }) => {
        const { afterwards, ...call } = answer(commandName, input);
        const output = { ...(await gate.pass({ process, ...call })), ...(await afterwards?.()) };
        return { response: {}, output: { $metadata: {}, ...output } };
      },
    { relation: 'before', toMiddleware: 'serializerMiddleware', name: 'inMemory' },
  );
  return client;
};

const verbs: Readonly<Record<string, string>> = {
  GetItemCommand: 'read',
  PutItemCommand: 'put',
  UpdateItemCommand: 'update',
  DeleteItemCommand: 'delete',
  ScanCommand: 'scan',
};

/** `controls` holds several kinds of items; each is a point of its own. */
const kindOf = (table: string, input: Input): string => {
  const { id = '' } = (input['Item'] ?? input['Key'] ?? {}) as { id?: string | { S: string } };
  return table === 'controls' ? ((typeof id === 'string' ? id : id.S).split('/')[0] ?? table) : table;
};

/** A client is made when it is asked for: most processes of a scenario need one of three. */
const lazily = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

/** The clients of one process, each call through the gate. */
export const clientsOf = (backends: Backends, gate: Gate, process: Process) => {
  const dynamodb = lazily(() =>
    answering(new DynamoDBClient(clientSettings), gate, process, (command, input) => {
      const table = String(input['TableName']);
      const work = () => answerDocuments(backends.dynamodb, command, input as never);
      // lambdas/enrichment/dependencies.ts: what can be done without is waited for less long.
      const patienceMs = table === 'controls' ? 1_000 : 3_000;
      return { point: `${kindOf(table, input)} ${verbs[command] ?? command}`, dependency: table, patienceMs, work };
    }),
  );
  const sqs = lazily(() =>
    answering(new SQSClient(clientSettings), gate, process, (_, input) => {
      const entries = (input['Entries'] ?? [{ Id: '0', MessageBody: input['MessageBody'] }]) as {
        MessageBody: string;
      }[];
      const isWake = String(input['QueueUrl']).endsWith('/wake');
      const take = (body: string): void => {
        if (!isWake) backends.parked.send(body);
        else for (const channel of readWake(body).channels) backends.wakes.set(channel, Date.now());
      };
      const work = () => {
        for (const { MessageBody: body } of entries) take(body);
        // The SDK compares it with what it has sent.
        const MD5OfMessageBody = hash('md5', entries[0]?.MessageBody ?? '');
        return { Successful: [], Failed: [], MD5OfMessageBody };
      };
      return isWake
        ? { point: 'wake send', dependency: 'wake-queue', patienceMs: 1_000, work }
        : { point: 'park send', dependency: 'parked-queue', work };
    }),
  );
  const s3 = lazily(() =>
    answering(new S3Client(clientSettings), gate, process, (command, input) => {
      const key = String(input['Key']);
      if (command === 'PutObjectCommand') {
        const work = () => (backends.bucket.set(key, String(input['Body'])), {});
        return { point: 'bucket put', dependency: 'bucket', work };
      }
      const text = () => backends.bucket.get(key) ?? '';
      const work = () => ({ Body: { transformToString: () => Promise.resolve(text()) } });
      return { point: 'bucket read', dependency: 'bucket', work };
    }),
  );
  const database: Database = {
    query: async <Row>(text: string, values: readonly unknown[], timeoutMs: number) => {
      const work = () => answerStatement(backends.store, text, values) as Row[];
      return gate.pass({ point: statementNamed(text), dependency: 'store', process, patienceMs: timeoutMs, work });
    },
    close: () => Promise.resolve(),
  };
  return {
    get dynamodb() {
      return dynamodb();
    },
    get sqs() {
      return sqs();
    },
    get s3() {
      return s3();
    },
    database,
  };
};
export type Clients = ReturnType<typeof clientsOf>;
