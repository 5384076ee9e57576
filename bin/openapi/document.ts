import * as z from 'zod/mini';
import { Problem } from '../../lambdas/rest-api/http/problem.ts';
import { operations, type Operation } from './operations.ts';

type Json = Record<string, unknown>;

const schemaRef = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json): Json => ({ 'application/json': { schema } });

/** `{id+}` is API Gateway's way to write it; OpenAPI has no word for a variable that takes slashes. */
const pathOf = (route: string): string => route.replace(/^\w+ /, '').replaceAll('+}', '}');

/** @param io - a variable of the path is described as it is written, a parameter of the query as what it means */
const parametersOf = (
  where: 'path' | 'query',
  io: 'input' | 'output',
  { [where]: schema, parameters }: Operation,
): Json[] => {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io });
  return Object.entries(properties).map(([name, property]) => {
    if (parameters[name] === undefined) throw new Error(`the parameter ${name} has no description`);
    return { name, in: where, required: required.includes(name), description: parameters[name], schema: property };
  });
};

const problem = (description: string): Json => ({ description, content: json(schemaRef('Problem')) });
const gateway = (description: string): Json => ({ description, content: json(schemaRef('GatewayMessage')) });

const responsesOf = ({ answer, problems, scope }: Operation): Json => ({
  200: { description: answer.description, content: json(schemaRef(answer.name)) },
  400: problem('A parameter is wrong: the answer names it, what kind of value it has, and the way out.'),
  401: gateway('No token, or one that is not taken; the header `www-authenticate` says why.'),
  403: gateway(`The token lacks the scope ${scope}.`),
  ...(problems['not-found'] === undefined ? {} : { 404: problem(problems['not-found']) }),
  ...(problems.gone === undefined ? {} : { 410: problem(problems.gone) }),
  429: gateway('Too many requests: ask again in a moment.'),
  500: gateway('It cannot be answered until somebody has mended it.'),
  503: {
    description: 'Ask again in a moment: from the function as a Problem, from API Gateway with `message` alone.',
    content: json({ anyOf: [schemaRef('Problem'), schemaRef('GatewayMessage')] }),
  },
});

const operationOf = (operation: Operation): Json => ({
  operationId: operation.id,
  summary: operation.summary,
  description: operation.description,
  security: [{ oidc: [operation.scope] }],
  parameters: [...parametersOf('path', 'input', operation), ...parametersOf('query', 'output', operation)],
  responses: responsesOf(operation),
});

/** As an input, so that it does not forbid fields that come later. */
const componentOf = (schema: z.ZodMiniType): Json => {
  const { $schema: _, ...component } = z.toJSONSchema(schema, { io: 'input' });
  return component;
};

const GatewayMessage = z.object({ message: z.string() });

/** The REST API as OpenAPI 3.1, from the schemas that the functions parse and answer by. */
export const openApiDocument = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Millrace',
    version: '1',
    description: 'What clients read over HTTP: what they have missed of a channel, and the dead letters.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    {
      url: 'https://{api}.execute-api.{region}.amazonaws.com',
      description: 'The output ApiUrl of the stack millrace-<env>-rest-api.',
      variables: { api: { default: 'api' }, region: { default: 'eu-west-1' } },
    },
  ],
  paths: Object.fromEntries(operations.map((operation) => [pathOf(operation.route), { get: operationOf(operation) }])),
  components: {
    securitySchemes: {
      oidc: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'A token of the environment’s issuer, for its audience, with the scope of the operation.',
      },
    },
    schemas: {
      ...Object.fromEntries(operations.map(({ answer }) => [answer.name, componentOf(answer.schema)])),
      Problem: componentOf(Problem),
      GatewayMessage: componentOf(GatewayMessage),
    },
  },
});

/** As it stands in the file. */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;
