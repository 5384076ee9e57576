import type { IncomingHttpHeaders } from 'node:http';

/** What every answer carries. The page asks nobody but its own origin, and runs no script that is not a file of it. */
export const securityHeaders = (port: number): Readonly<Record<string, string>> => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    // Not every browser counts ws: of the same origin as 'self'.
    `connect-src 'self' ${namesOf(port)
      .map((name) => `ws://${name}`)
      .join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
});

const namesOf = (port: number): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

/** What is asked for: path and query, without dot segments. */
export interface Target {
  readonly pathname: string;
  readonly search: string;
}

/**
 * Reads what a request asks for. Every slash has a segment behind it: what begins with two of them, also behind a
 * prefix, names a host and no path.
 * @returns undefined for what is no path of ours
 */
export const targetOf = (url: string | undefined): Target | undefined => {
  if (url?.startsWith('/') !== true || !URL.canParse(`http://page${url}`)) return undefined;
  const { pathname, search } = new URL(`http://page${url}`);
  return pathname.includes('//') ? undefined : { pathname, search };
};

/**
 * Why a request is not answered; undefined where it may be. Another name for this machine is how a foreign page gets
 * round the same-origin rule (DNS rebinding), and a foreign origin is a foreign page that does not even try.
 */
export const refusal = (headers: IncomingHttpHeaders, port: number, target?: Target): string | undefined => {
  const names = namesOf(port);
  if (!names.includes(headers.host ?? '')) return `this server is ${names.join(' or ')}, and nobody else`;
  const { origin } = headers;
  if (origin !== undefined && !names.some((name) => origin === `http://${name}`)) return 'asked by another origin';
  // A link may lead to the page; what is behind it is fetched by the page, and never shown as a page itself.
  const isNavigation = headers['sec-fetch-mode'] === 'navigate';
  if (isNavigation) return target?.pathname === '/' ? undefined : 'only / is a page';
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site' ? 'asked by another site' : undefined;
};
