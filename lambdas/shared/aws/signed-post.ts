import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';

/** A POST of JSON in our name (SigV4), for an API that has no SDK client. @throws what Node throws where no answer comes */
export type SignedPost = (
  path: string,
  body: string,
  timeoutMs: number,
) => Promise<{ readonly status: number; readonly body: string }>;

export interface SignedPostOptions {
  /** With its port where that is not the protocol's own. */
  readonly endpoint: URL;
  /** As signatures name it: `appsync`. */
  readonly service: string;
  readonly region: string;
  /** Connections that are kept. */
  readonly atOnce: number;
}

export const createSignedPost = ({ endpoint, service, region, atOnce }: SignedPostOptions): SignedPost => {
  const signer = new SignatureV4({ service, region, credentials: defaultProvider(), sha256: Sha256 });
  const agent = { keepAlive: true, maxSockets: atOnce };
  const http = new NodeHttpHandler({ connectionTimeout: 1_000, httpAgent: agent, httpsAgent: agent });

  return async (path, body, timeoutMs) => {
    const request = new HttpRequest({
      method: 'POST',
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      ...(endpoint.port === '' ? {} : { port: Number(endpoint.port) }),
      path,
      headers: { host: endpoint.host, 'content-type': 'application/json' },
      body,
    });
    const signed = (await signer.sign(request)) as HttpRequest;
    // One time for all of it: an answer that begins and never ends is none.
    const abortSignal = AbortSignal.timeout(timeoutMs);
    const { response } = await http.handle(signed, { abortSignal });
    const answer = response.body as Readable;
    const abort = (): void => void answer.destroy(new DOMException(`no answer in ${timeoutMs} ms`, 'TimeoutError'));
    abortSignal.addEventListener('abort', abort);
    try {
      return { status: response.statusCode, body: await text(answer) };
    } finally {
      abortSignal.removeEventListener('abort', abort);
    }
  };
};
