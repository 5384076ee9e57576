const answerMs = 20_000;

/**
 * Reads JSON from our own origin.
 * @throws Error with what the answer says of itself, or its status
 */
export const readJson = async (
  path: string,
  token?: () => Promise<string>,
  patienceMs = answerMs,
): Promise<unknown> => {
  const response = await fetch(path, {
    headers: token ? { authorization: `Bearer ${await token()}` } : {},
    signal: AbortSignal.timeout(patienceMs),
  });
  if (response.ok) return response.json();
  const said = (await response.json().catch(() => ({}))) as { readonly message?: unknown };
  throw new Error(typeof said.message === 'string' ? said.message : `the answer is ${response.status}`);
};
