import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';

/** What a token must name. */
export interface Expected {
  readonly issuer: string;
  /** One that has to be among the token's audiences; left out, any audience will do. */
  readonly audience?: string;
}

/** Why a token is not taken. */
export type TokenFault = 'malformed' | 'signature' | 'expired' | 'not-yet' | 'issuer' | 'audience';

export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly fault: TokenFault;

  constructor(fault: TokenFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}

const faultOfClaim: Readonly<Record<string, TokenFault>> = { iss: 'issuer', aud: 'audience', nbf: 'not-yet' };

const whyNot = (error: unknown): TokenError => {
  if (error instanceof errors.JWTExpired) return new TokenError('expired', 'the token has expired', error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new TokenError(
      faultOfClaim[error.claim] ?? 'malformed',
      `the token’s claim "${error.claim}" is wrong`,
      error,
    );
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return new TokenError('signature', 'the token is not signed by this issuer', error);
  }
  return new TokenError('malformed', 'the token is no signed JWT', error);
};

/**
 * Checks signature, issuer, audience and times of a token.
 * @param keys - finds the public key that the token names
 * @throws TokenError saying why it is not taken
 */
export const verifyToken = async (
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience }: Expected,
): Promise<JWTPayload> => {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      ...(audience === undefined ? {} : { audience }),
      algorithms: ['RS256'],
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (error) {
    throw whyNot(error);
  }
};
