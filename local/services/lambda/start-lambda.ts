import type { FunctionHost } from '../../world.ts';
import { AwsError } from '../aws-error.ts';
import { startJsonService, type RunningService, type ServiceRequest, type ServiceResponse } from '../json-service.ts';
import { getConfiguration, invoke } from './functions.ts';
import { getMapping, listMappings, updateMapping, type Mappings } from './mappings.ts';

interface Host extends Mappings {
  readonly functions: FunctionHost;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (host: Host, request: ServiceRequest, name: string) => ServiceResponse | Promise<ServiceResponse>;
}

const ok = (body: unknown): ServiceResponse => ({ status: 200, body });

const invocationType = ({ headers }: ServiceRequest): string => {
  const type = headers['x-amz-invocation-type'];
  return typeof type === 'string' ? type : 'RequestResponse';
};

const routes: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/2015-03-31\/functions\/([^/]+)\/invocations$/,
    answer: ({ functions }, request, name) => invoke(functions, name, invocationType(request), request.body),
  },
  {
    method: 'GET',
    path: /^\/2015-03-31\/functions\/([^/]+)\/configuration$/,
    answer: ({ functions }, _, name) => ok(getConfiguration(functions, name)),
  },
  {
    method: 'GET',
    path: /^\/2015-03-31\/event-source-mappings\/?$/,
    answer: (host, { query }) => ok(listMappings(host, query)),
  },
  {
    method: 'GET',
    path: /^\/2015-03-31\/event-source-mappings\/([^/]+)$/,
    answer: (host, _, uuid) => ok(getMapping(host, uuid)),
  },
  {
    method: 'PUT',
    path: /^\/2015-03-31\/event-source-mappings\/([^/]+)$/,
    answer: (host, { body }, uuid) => ok(updateMapping(host, uuid, body)),
  },
];

/** The Lambda API over the functions and mappings of this run: what operators and the account ask. */
export const startLambda = (host: Host): Promise<RunningService> =>
  startJsonService(async (request) => {
    for (const { method, path, answer } of routes) {
      const match = method === request.method ? path.exec(request.path) : null;
      if (match) return await answer(host, request, decodeURIComponent(match[1] ?? ''));
    }
    const asked = `${request.method} ${request.path}`;
    throw new AwsError('UnknownOperationException', `The local Lambda API does not answer ${asked}.`, 404);
  }, 'application/json');
