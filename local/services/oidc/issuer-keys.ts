import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';

/** What is minted: the names and rights of one token. */
export interface Claims {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly scope: string;
  /** From now on; negative for one that has expired already. */
  readonly expiresInSeconds: number;
}

/** A key pair of one run, and what it can do. */
export interface IssuerKeys {
  /** The public half, as `jwks_uri` serves it. */
  readonly jwks: JSONWebKeySet;
  readonly find: JWTVerifyGetKey;
  sign(claims: Claims): Promise<string>;
}

const algorithm = 'RS256';

export const makeIssuerKeys = async (now: () => number): Promise<IssuerKeys> => {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const jwks = { keys: [{ ...jwk, kid, alg: algorithm, use: 'sig' }] };
  return {
    jwks,
    find: createLocalJWKSet(jwks),
    sign: ({ issuer, audience, subject, scope, expiresInSeconds }) => {
      const seconds = Math.floor(now() / 1_000);
      return new SignJWT({ scope, auth_time: seconds })
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(seconds + Math.min(0, expiresInSeconds))
        .setExpirationTime(seconds + expiresInSeconds)
        .sign(privateKey);
    },
  };
};
