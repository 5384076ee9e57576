import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { badRequest, EventsError, unauthorized } from './events-error.ts';

/** A request as it was signed. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A signature is good for five minutes, either way. */
const mostSkewMs = 5 * 60_000;
const service = 'appsync';

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const canonicalQuery = (query: URLSearchParams): string =>
  [...query]
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .toSorted()
    .join('&');

const headerText = (value: string | string[] | undefined): string => [value ?? []].flat().join(',').trim();

const canonicalRequest = ({ method, path, query, headers, body }: SignedRequest, signed: readonly string[]): string =>
  [
    method,
    path.split('/').map(encode).join('/'),
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${headerText(headers[name]).replaceAll(/ +/g, ' ')}`),
    '',
    signed.join(';'),
    sha256(body),
  ].join('\n');

const pattern =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** `20260102T030405Z` as milliseconds since the epoch; NaN for anything else. */
const millisecondsOf = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/**
 * Checks a Signature Version 4 in the header `authorization`.
 * @param now - milliseconds since the epoch
 * @throws EventsError as AWS answers it: missing, unknown key, another scope, expired, wrong
 */
export const verifySignature = (
  request: SignedRequest,
  { accessKeyId, secretAccessKey }: Credentials,
  region: string,
  now: number,
): void => {
  const authorization = headerText(request.headers['authorization']);
  if (authorization === '') throw unauthorized('Valid authorization header not provided.');
  const [, key, day, signedRegion, signedService, names = '', signature = ''] = pattern.exec(authorization) ?? [];
  if (key === undefined) throw badRequest('Authorization header is no Signature Version 4.');
  if (key !== accessKeyId) {
    throw new EventsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403);
  }
  if (signedRegion !== region || signedService !== service) {
    throw badRequest(`Credential should be scoped to a valid region and to the service '${service}'.`);
  }
  const signed = names.split(';');
  const date = headerText(request.headers['x-amz-date']);
  if (!signed.includes('host') || !signed.includes('x-amz-date'))
    throw badRequest('host and x-amz-date must be signed.');
  const skew = Math.abs(millisecondsOf(date) - now);
  if (!(skew <= mostSkewMs) || !date.startsWith(day ?? ''))
    throw badRequest(`Signature expired: ${date} is too far from now.`);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonicalRequest(request, signed))].join('\n');
  const signingKey = [day ?? '', region, service, 'aws4_request'].reduce<Buffer>(
    (previous, part) => hmac(previous, part),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  if (!timingSafeEqual(hmac(signingKey, toSign), Buffer.from(signature, 'hex'))) {
    throw badRequest(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    );
  }
};
