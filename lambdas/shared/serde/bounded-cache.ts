/**
 * Puts an entry behind all others and, above `most` entries, lets go of the one in front: a Map keeps the order of
 * insertion. Who puts an entry again at each use has a cache of the most recently used.
 */
export const remember = <V>(cache: Map<string, V>, key: string, value: V, most: number): void => {
  cache.delete(key);
  cache.set(key, value);
  if (cache.size <= most) return;
  for (const oldest of cache.keys()) {
    cache.delete(oldest);
    return;
  }
};
