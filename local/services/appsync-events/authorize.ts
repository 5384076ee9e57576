import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload } from 'jose';
import type { EventApi, EventAuthType } from '../../world.ts';
import { TokenError, verifyToken } from '../oidc/verify-token.ts';
import type { Configuration } from './configuration.ts';
import { unauthorized } from './events-error.ts';

/** Headers as a client gives them in a sub-protocol or a message; their names are compared without case. */
export type AuthHeaders = Readonly<Record<string, unknown>>;

/** Checks a bearer token. @throws EventsError `UnauthorizedException`, saying why */
export type TokenCheck = (authorization: string) => Promise<void>;

export const headerOf = (headers: AuthHeaders, name: string): string => {
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return typeof value === 'string' ? value : '';
};

const because = (error: unknown): string => {
  if (!(error instanceof TokenError)) throw error;
  if (error.fault === 'expired') return 'Token has expired.';
  return error.fault === 'malformed' ? 'Unable to parse JWT token.' : `Unauthorized: ${error.message}.`;
};

type OpenIdConnect = NonNullable<EventApi['openIdConnect']>;

const isClient = (clientId: string, { aud = [], azp }: JWTPayload): boolean => {
  const whole = new RegExp(`^(?:${clientId})$`);
  return [aud, azp ?? []].flat().some((client) => typeof client === 'string' && whole.test(client));
};

const tooOld = (seconds: unknown, mostMs: number | undefined, now: number): boolean =>
  mostMs !== undefined && !(typeof seconds === 'number' && now - seconds * 1_000 <= mostMs);

const checkClaims = (claims: JWTPayload, open: OpenIdConnect, now: number): void => {
  if (open.clientId !== undefined && !isClient(open.clientId, claims)) {
    throw unauthorized('Unauthorized: the token is for another client.');
  }
  if (tooOld(claims.iat, open.issuedWithinMs, now) || tooOld(claims['auth_time'], open.authenticatedWithinMs, now)) {
    throw unauthorized('Token has expired.');
  }
};

/** @param now - milliseconds since the epoch */
export const tokenCheck = ({ api, jwks }: Configuration, now: () => number): TokenCheck => {
  const keys = createLocalJWKSet(jwks as JSONWebKeySet);
  const open = api?.openIdConnect;
  return async (authorization) => {
    if (!open) throw unauthorized('You are not authorized to make this call.');
    const token = authorization.replace(/^Bearer /i, '');
    if (token === '') throw unauthorized('Valid authorization header not provided.');
    let claims: JWTPayload;
    try {
      claims = await verifyToken(token, keys, { issuer: open.issuer });
    } catch (error) {
      throw unauthorized(because(error));
    }
    checkClaims(claims, open, now());
  };
};

/** Over WebSocket, only tokens are known here: a signature in a message is not looked at. */
export const authorizeByToken = async (
  headers: AuthHeaders,
  allowed: readonly EventAuthType[],
  check: TokenCheck,
): Promise<void> => {
  const authorization = headerOf(headers, 'authorization');
  if (authorization !== '' && !allowed.includes('OPENID_CONNECT')) {
    throw unauthorized('You are not authorized to make this call.');
  }
  await check(authorization);
};
