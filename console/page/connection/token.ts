/** Before it runs out by this much, a token is fetched anew. Milliseconds. */
const earlier = 60_000;
const answerMs = 5_000;
/** For what everybody may see, and for the dead letters. */
const scope = 'millrace/read millrace/operate';

/** What the issuer says (RFC 6749, 5.1). */
interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in: number;
}

/**
 * Tokens of the issuer, fetched when they are needed and kept until shortly before they expire.
 * @returns the token. @throws Error where the issuer does not answer, or refuses
 */
export const createTokens = (url: string): (() => Promise<string>) => {
  let kept: { readonly token: string; readonly until: number } | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'page', scope }),
      signal: AbortSignal.timeout(answerMs),
    });
    if (!response.ok) throw new Error(`the issuer answers ${response.status}`);
    const { access_token, expires_in } = (await response.json()) as TokenAnswer;
    kept = { token: access_token, until: Date.now() + expires_in * 1_000 - earlier };
    return access_token;
  };
  return () => {
    if (kept && Date.now() < kept.until) return Promise.resolve(kept.token);
    // Of several that need one at once, one asks.
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
};
