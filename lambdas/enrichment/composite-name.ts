const escapes: Readonly<Record<string, string>> = { '%': '%25', '/': '%2F' };

/** Parts joined with `/`, `%` and `/` within them escaped as in a URL: different parts give different names. */
export const compositeName = (...parts: readonly string[]): string =>
  parts.map((part) => part.replace(/[%/]/g, (char) => escapes[char] ?? char)).join('/');
