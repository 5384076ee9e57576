import type { IncomingMessage } from 'node:http';
import type { EventApi } from '../../world.ts';
import { authorizeByToken, headerOf, type AuthHeaders, type TokenCheck } from './authorize.ts';
import { badRequest, EventsError } from './events-error.ts';

export const realtimePath = '/event/realtime';
const protocol = 'aws-appsync-event-ws';
const headerPrefix = 'header-';

const offered = (request: IncomingMessage): readonly string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());

/** The sub-protocol that is answered: ours, where it was offered; a browser takes none that it did not offer. */
export const chosenProtocol = (names: ReadonlySet<string>): string | false =>
  names.has(protocol) ? protocol : ([...names][0] ?? false);

const decoded = (encoded: string): AuthHeaders => {
  try {
    const headers: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    if (typeof headers === 'object' && headers !== null) return headers as AuthHeaders;
  } catch {
    // said below
  }
  throw badRequest('The sub-protocol header-… is no base64url of a JSON object.');
};

/**
 * Who may connect: the sub-protocols carry the name of the protocol, and the headers that a browser cannot send.
 * @param hosts - what `host` may be, which is where the API is published to over HTTP
 * @throws EventsError as the connection is refused with
 */
export const authorizeConnection = async (
  request: IncomingMessage,
  api: EventApi | undefined,
  hosts: readonly string[],
  check: TokenCheck,
): Promise<void> => {
  const names = offered(request);
  if (!names.includes(protocol)) {
    throw new EventsError('SubProtocolNotSupportedError', `The sub-protocol ${protocol} is missing.`);
  }
  const encoded = names.find((name) => name.startsWith(headerPrefix))?.slice(headerPrefix.length);
  const headers = encoded === undefined ? {} : decoded(encoded);
  await authorizeByToken(headers, api?.connectionAuth ?? [], check);
  const host = headerOf(headers, 'host');
  if (!hosts.includes(host)) throw badRequest(`"host" must be that of the HTTP endpoint, ${hosts[0]}, not "${host}".`);
};
