import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod/mini';
import type { PublishFault } from '../../world.ts';
import { authorizeByToken } from './authorize.ts';
import { channelToPublish } from './channel.ts';
import type { Configuration } from './configuration.ts';
import { errorsOf, type Realtime } from './connection.ts';
import { asEventsError, badRequest, EventsError, unauthorized } from './events-error.ts';
import { eventsIn, mostCallBytes, publish, type PublishAnswer } from './publish.ts';
import { verifySignature } from './signature.ts';

export interface HttpPublish {
  readonly configuration: () => Configuration;
  readonly realtime: Realtime;
  /** What the next call is to meet. */
  readonly nextFault: () => PublishFault;
  readonly now: () => number;
}

/** Every client of a local run has these; nobody outside of it has anything to gain by them. */
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
/** Quoting may double a text; what is larger than this is not even read. */
const mostReadBytes = 2 * mostCallBytes + 64 * 1_024;

const tooLarge = (): EventsError =>
  new EventsError(
    'RequestEntityTooLargeException',
    `A publish has at most ${mostCallBytes / 1_024} KB of events.`,
    413,
  );

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  // Left open when we stop reading: it carries the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostReadBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const shape = z.looseObject({ channel: z.string(), events: z.unknown() });

const parseBody = (body: Buffer): z.infer<typeof shape> => {
  try {
    return shape.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw badRequest('The body must be a JSON object with "channel" and "events".');
  }
};

const authorize = async (request: IncomingMessage, body: Buffer, name: string, parts: HttpPublish): Promise<void> => {
  const { realtime, configuration, now } = parts;
  const allowed = realtime.namespace(name)?.publishAuth ?? realtime.api()?.publishAuth ?? [];
  const given = request.headers.authorization ?? '';
  if (given !== '' && !given.startsWith('AWS4-'))
    return authorizeByToken({ authorization: given }, allowed, realtime.check);
  if (given !== '' && !allowed.includes('AWS_IAM')) throw unauthorized('You are not authorized to make this call.');
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const { headers, method = '' } = request;
  verifySignature(
    { method, path: pathname, query: searchParams, headers, body },
    credentials,
    configuration().region,
    now(),
  );
};

const throwInjected = (fault: PublishFault): void => {
  if (fault.kind === 'throttled') throw new EventsError('TooManyRequestsException', 'Rate exceeded.', 429);
  if (fault.kind === 'failed') throw new EventsError('InternalFailure', 'Internal failure.', 500);
};

const answerPublish = async (
  request: IncomingMessage,
  body: Buffer,
  fault: PublishFault,
  parts: HttpPublish,
): Promise<PublishAnswer> => {
  const { channel: text, events: raw } = parseBody(body);
  const channel = channelToPublish(text);
  await authorize(request, body, channel.namespace, parts);
  if (!parts.realtime.namespace(channel.namespace))
    throw badRequest(`No Channel Namespace found for "${channel.namespace}".`);
  const events = eventsIn(raw);
  if (events.reduce((sum, event) => sum + Buffer.byteLength(event), 0) > mostCallBytes) throw tooLarge();
  throwInjected(fault);
  if (fault.kind === 'slow') await sleep(fault.ms);
  const { send, lose } = parts.realtime;
  return publish(channel, events, fault.kind === 'lost' ? lose : send, fault.kind === 'half' ? fault.failed : []);
};

const respond = (response: ServerResponse, status: number, body: object, errorType?: string): void => {
  response.writeHead(status, {
    'content-type': 'application/json',
    // What was not read of a request must not be taken for the next one.
    ...(response.req.complete ? {} : { connection: 'close' }),
    ...(errorType === undefined ? {} : { 'x-amzn-errortype': errorType }),
  });
  response.end(JSON.stringify(body));
};

/** `POST /event`, the only thing that is done over HTTP. */
export const answerHttp = async (
  request: IncomingMessage,
  response: ServerResponse,
  parts: HttpPublish,
): Promise<void> => {
  try {
    const [pathname] = (request.url ?? '/').split('?');
    if (request.method !== 'POST' || pathname !== '/event') {
      throw new EventsError(
        'NotFoundException',
        `${request.method} ${pathname} is not served; publish by POST /event.`,
        404,
      );
    }
    const body = await readBody(request);
    const fault = parts.nextFault();
    const answer = await answerPublish(request, body, fault, parts);
    if (fault.kind === 'unanswered') response.destroy();
    else respond(response, 200, answer);
  } catch (error) {
    if (response.destroyed) return; // the client is gone
    const { status, errorType } = asEventsError(error);
    respond(response, status, errorsOf(error), errorType);
  }
};
