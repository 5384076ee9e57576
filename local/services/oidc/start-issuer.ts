import type { JSONWebKeySet } from 'jose';
import type { Issuer, TokenWish } from '../../world.ts';
import { makeIssuerKeys } from './issuer-keys.ts';
import { startIssuerServer } from './issuer-server.ts';
import { verifyToken } from './verify-token.ts';

export interface RunningIssuer extends Issuer {
  /** The public keys, for services in other processes that verify by themselves. */
  readonly jwks: JSONWebKeySet;
  stop(): Promise<void>;
}

/** As long as identity providers let an access token live. */
const usualSeconds = 3_600;
/** What the REST API asks for (the template's routes). */
const usualScope = 'millrace/read';

/**
 * An OpenID Connect issuer that gives a token to whoever asks: it stands for an identity provider, which is none of our
 * business. Its name in tokens is the one that the templates name; where it listens is another matter.
 */
export const startIssuer = async ({ now = Date.now }: { readonly now?: () => number } = {}): Promise<RunningIssuer> => {
  const keys = await makeIssuerKeys(now);
  let names: { readonly issuer: string; readonly audience: string } | undefined;
  const mint = async (wish: TokenWish = {}): Promise<string> => {
    const issuer = wish.issuer ?? names?.issuer;
    const audience = wish.audience ?? names?.audience;
    if (issuer === undefined || audience === undefined) {
      throw new Error('the local issuer has no name yet: no template that was deployed names one');
    }
    const { subject = 'somebody', scope = usualScope, expiresInSeconds = usualSeconds } = wish;
    return keys.sign({ issuer, audience, subject, scope, expiresInSeconds });
  };
  const server = await startIssuerServer({ jwks: keys.jwks, mint, name: () => names?.issuer, usualSeconds });
  return {
    endpoint: server.endpoint,
    jwks: keys.jwks,
    mint,
    define: (issuer, audience) => {
      if (names && names.issuer !== issuer)
        throw new Error(`the local run has one issuer, "${names.issuer}"; the template names "${issuer}", too`);
      names ??= { issuer, audience };
    },
    verify: (token, expected) => verifyToken(token, keys.find, expected),
    stop: () => server.stop(),
  };
};
