import type { Route } from './http-api.ts';

export interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Candidate extends Match {
  /** Digits, compared as text: the kind of match, then how each segment fits, then whether the method is named. */
  readonly rank: string;
}

const kind = { full: '2', greedy: '1', default: '0' } as const;
const fits = { literally: '2', variable: '1', rest: '0' } as const;

const candidateOf = (route: Route, method: string, path: string): Candidate | undefined => {
  if (route.key === '$default') return { route, parameters: {}, rank: kind.default };
  const [verb = '', pattern = ''] = route.key.split(' ');
  if (verb !== 'ANY' && verb !== method) return undefined;
  const named = verb === 'ANY' ? '0' : '1';
  const wanted = pattern.split('/').slice(1);
  const given = path.split('/').slice(1);
  const parameters: Record<string, string> = {};
  let segments = '';
  for (const [index, segment] of wanted.entries()) {
    const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(segment) ?? [];
    const value = greedy === '+' ? given.slice(index).join('/') : given[index];
    if (name === undefined) {
      if (value !== segment) return undefined;
      segments += fits.literally;
      continue;
    }
    if (value === undefined || value === '') return undefined;
    parameters[name] = value;
    if (greedy === '+') return { route, parameters, rank: `${kind.greedy}${segments}${fits.rest}${named}` };
    segments += fits.variable;
  }
  return given.length === wanted.length ? { route, parameters, rank: `${kind.full}${segments}${named}` } : undefined;
};

/**
 * The route for a request: the most specific of those that match in full, else of those with a greedy variable, else
 * `$default`.
 * @param path - decoded, as API Gateway has it before it looks for the route: an encoded slash is a slash
 */
export const matchRoute = (routes: Iterable<Route>, method: string, path: string): Match | undefined => {
  let best: Candidate | undefined;
  for (const route of routes) {
    const candidate = candidateOf(route, method, path);
    if (candidate && (!best || candidate.rank > best.rank)) best = candidate;
  }
  return best && { route: best.route, parameters: best.parameters };
};
