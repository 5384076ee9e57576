import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Endpoint } from '../../../lambdas/rest-api/http/endpoint.ts';
import type { Telemetry } from '../../../lambdas/shared/telemetry/batch-telemetry.ts';

/** Counts by `metric reason`. */
export const countingTelemetry = (): Telemetry & { readonly counts: Map<string, number> } => {
  const counts = new Map<string, number>();
  return {
    counts,
    count: () => {},
    countByReason: (metric, reason, value) => {
      const key = `${metric} ${reason}`;
      counts.set(key, (counts.get(key) ?? 0) + value);
    },
    duration: () => {},
    info: () => {},
    warn: () => {},
    error: () => {},
    publish: () => {},
  };
};

/** Calls a function as an HTTP API does. */
export const call = async (
  endpoint: Endpoint,
  pathParameters: Record<string, string> = {},
  query: Record<string, string> = {},
  remainingMs = 10_000,
) => {
  const event = {
    ...(Object.keys(pathParameters).length > 0 ? { pathParameters } : {}),
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
  } as unknown as APIGatewayProxyEventV2;
  const context = { getRemainingTimeInMillis: () => remainingMs } as unknown as Context;
  const { statusCode, headers = {}, body = '' } = await endpoint(event, context);
  return { status: statusCode, headers, text: body, body: JSON.parse(body) as Record<string, unknown> };
};
