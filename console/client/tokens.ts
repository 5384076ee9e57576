/** The token to come with. */
export interface Tokens {
  get(): Promise<string>;
  /** It was refused: the next one is a new one. */
  drop(): void;
}

/** One that ends while a request is on its way is refused; clocks differ as well. */
const marginMs = 30_000;

/** When a token ends, milliseconds since the epoch; undefined where it does not say so. */
const endOf = (token: string): number | undefined => {
  try {
    const claims = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { exp } = JSON.parse(atob(claims)) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
};

/** Whoever asks is told that there is none, and may ask again, where nobody answers. */
const longestMs = 15_000;

const within = async (token: Promise<string>): Promise<string> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const none = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`none came for ${longestMs / 1000} s`)), longestMs);
  });
  return Promise.race([token, none]).finally(() => clearTimeout(timer));
};

/** Keeps a token until shortly before its end; several who ask at once get one. */
export const createTokens = (fetchToken: () => Promise<string>, now: () => number): Tokens => {
  let current: { readonly token: Promise<string>; end: number } | undefined;
  return {
    get: () => {
      if (current && now() < current.end) return current.token;
      const entry = { token: within(fetchToken()), end: Infinity };
      current = entry;
      return entry.token.then(
        (token) => {
          entry.end = (endOf(token) ?? 0) - marginMs;
          return token;
        },
        (error: unknown) => {
          if (current === entry) current = undefined;
          throw error;
        },
      );
    },
    drop: () => {
      current = undefined;
    },
  };
};
