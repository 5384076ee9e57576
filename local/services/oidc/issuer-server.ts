import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JSONWebKeySet } from 'jose';
import type { TokenWish } from '../../world.ts';

interface ServerParts {
  readonly jwks: JSONWebKeySet;
  readonly mint: (wish: TokenWish) => Promise<string>;
  /** The issuer's name in tokens; before a template named one, its address stands for it. */
  readonly name: () => string | undefined;
  readonly usualSeconds: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const mostBytes = 16 * 1024;

const readForm = async (request: IncomingMessage): Promise<URLSearchParams | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
};

/** RFC 6749, 5.2. */
const refused = (error: string, description: string): Answer => ({
  status: 400,
  body: { error, error_description: description },
});

/** `client_credentials` (RFC 6749, 4.4); a client that gives no secret is a public one, such as the page. */
const answerToken = async (request: IncomingMessage, { mint, usualSeconds }: ServerParts): Promise<Answer> => {
  const form = await readForm(request);
  if (!form) return refused('invalid_request', `the form is larger than ${mostBytes} bytes`);
  const grant = form.get('grant_type');
  if (grant !== 'client_credentials') {
    return refused('unsupported_grant_type', `the local issuer grants client_credentials, not ${grant ?? 'nothing'}`);
  }
  const subject = form.get('client_id');
  const scope = form.get('scope');
  const audience = form.get('audience');
  const token = await mint({
    ...(subject === null ? {} : { subject }),
    ...(scope === null ? {} : { scope }),
    ...(audience === null ? {} : { audience }),
  });
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: usualSeconds } };
};

const discovery = (endpoint: string, issuer: string): Answer => ({
  status: 200,
  body: {
    issuer,
    jwks_uri: `${endpoint}/.well-known/jwks.json`,
    token_endpoint: `${endpoint}/oauth2/token`,
    response_types_supported: ['token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_post'],
  },
});

const answer = async (request: IncomingMessage, endpoint: string, parts: ServerParts): Promise<Answer> => {
  // A browser asks for every page that it shows, and one from the internet is not to read the run. Ours asks through its
  // own server, without an origin.
  if (request.headers.origin !== undefined)
    return { status: 403, body: { error: 'access_denied', error_description: 'not for pages of other origins' } };
  const { pathname } = new URL(request.url ?? '/', endpoint);
  const wanted = `${request.method} ${pathname}`;
  if (wanted === 'GET /.well-known/openid-configuration') return discovery(endpoint, parts.name() ?? endpoint);
  if (wanted === 'GET /.well-known/jwks.json') return { status: 200, body: parts.jwks };
  if (wanted === 'POST /oauth2/token') return answerToken(request, parts);
  return { status: 404, body: { error: 'not_found', error_description: `the local issuer does not answer ${wanted}` } };
};

const respond = (response: ServerResponse, { status, body }: Answer): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};

export const startIssuerServer = async (
  parts: ServerParts,
): Promise<{ readonly endpoint: string; stop(): Promise<void> }> => {
  const server = createServer((request, response) => {
    answer(request, endpoint, parts)
      .catch((error: unknown) => ({ status: 500, body: { error: 'server_error', error_description: String(error) } }))
      .then(
        (answered) => respond(response, answered),
        () => response.destroy(),
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
