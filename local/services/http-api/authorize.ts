import { gatewayAnswer, type HttpAnswer, type JwtAuthorizer } from './http-api.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Checks signature, issuer, audience and times of a token. @throws Error that says what is wrong with it */
export type VerifyToken = (
  token: string,
  expected: { readonly issuer: string; readonly audience: string },
) => Promise<Claims>;

/** What the function is told of the caller. */
export interface JwtContext {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | null;
}

/** What a quoted string of a header can hold. */
const quotable = (text: string): string => text.replaceAll('’', "'").replaceAll(/["\\]|[^\x20-\x7e]/g, ' ');

const unauthorized = (description?: string): HttpAnswer =>
  gatewayAnswer(401, 'Unauthorized', {
    'www-authenticate':
      description === undefined
        ? 'Bearer'
        : `Bearer scope="" error="invalid_token" error_description="${quotable(description)}"`,
  });

/** The token alone, or behind `Bearer`. */
const tokenIn = (header: string | undefined): string | undefined =>
  /^(?:Bearer +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '')?.[1];

const scopesIn = ({ scope, scp }: Claims): readonly string[] =>
  [scope, scp].flatMap((claim) =>
    Array.isArray(claim) ? claim.map(String) : typeof claim === 'string' ? claim.split(' ') : [],
  );

/** The claims of the first audience that the token is for. */
const verifyAny = async (verify: VerifyToken, token: string, { issuer, audiences }: JwtAuthorizer): Promise<Claims> => {
  const failures: unknown[] = [];
  for (const audience of audiences) {
    try {
      return await verify(token, { issuer, audience });
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0] ?? new Error('the authorizer has no audience');
};

const textOf = (claim: unknown): string => {
  if (Array.isArray(claim)) return `[${claim.map(textOf).join(' ')}]`;
  return typeof claim === 'string' ? claim : JSON.stringify(claim);
};

/**
 * Decides as a JWT authorizer does: 401 without a valid token, 403 with one that lacks every scope of the route.
 * @param header - of the request, `Authorization`
 */
export const authorize = async (
  verify: VerifyToken,
  authorizer: JwtAuthorizer,
  scopes: readonly string[],
  header: string | undefined,
): Promise<{ readonly jwt: JwtContext } | { readonly refused: HttpAnswer }> => {
  if (header === undefined || header === '') return { refused: unauthorized() };
  const token = tokenIn(header);
  if (token === undefined) return { refused: unauthorized('the token is malformed') };
  let claims: Claims;
  try {
    claims = await verifyAny(verify, token, authorizer);
  } catch (error) {
    return { refused: unauthorized(error instanceof Error ? error.message : String(error)) };
  }
  const held = scopesIn(claims);
  const met = scopes.filter((scope) => held.includes(scope));
  if (scopes.length > 0 && met.length === 0) {
    const missing = `Bearer scope="${scopes.join(' ')}" error="insufficient_scope"`;
    return { refused: gatewayAnswer(403, 'Forbidden', { 'www-authenticate': missing }) };
  }
  const told = Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, textOf(claim)]));
  return { jwt: { claims: told, scopes: met.length > 0 ? met : null } };
};
