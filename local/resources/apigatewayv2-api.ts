import * as z from 'zod';
import { shortHash } from '../deterministic-id.ts';
import { flag, provider, wholeNumber, type ResourceRequest } from './provider.ts';
import type { HttpApi } from '../services/http-api/http-api.ts';

const texts = z.optional(z.array(z.string()));

const Properties = z.strictObject({
  Name: z.string(),
  ProtocolType: z.literal('HTTP', 'the local run has HTTP APIs only; for WebSockets there is AppSync Events'),
  CorsConfiguration: z.optional(
    z.strictObject({
      AllowOrigins: texts,
      AllowMethods: texts,
      AllowHeaders: texts,
      ExposeHeaders: texts,
      MaxAge: z.optional(wholeNumber),
      AllowCredentials: z.optional(flag),
    }),
  ),
});

/** Ten letters and digits, as API Gateway makes them, but always the same. */
const apiId = ({ place }: ResourceRequest): string => shortHash(10, place.stack, place.logicalId);

export const httpApi = provider(
  'AWS::ApiGatewayV2::Api',
  Properties,
  async ({ Name, CorsConfiguration: cors }, request) => {
    const id = apiId(request);
    const endpoint = await request.world.httpApis.define({
      id,
      name: Name,
      cors: cors && {
        origins: cors.AllowOrigins ?? [],
        methods: cors.AllowMethods ?? [],
        headers: cors.AllowHeaders ?? [],
        exposed: cors.ExposeHeaders ?? [],
        maxAgeSeconds: cors.MaxAge,
        credentials: cors.AllowCredentials ?? false,
      },
    });
    return { ref: id, attributes: { ApiId: id, ApiEndpoint: endpoint } };
  },
);

/** The API that a part belongs to. @throws Error where it is not deployed */
export const apiOf = ({ world }: ResourceRequest, id: string): HttpApi => {
  const api = world.httpApis.get(id);
  if (!api) throw new Error(`there is no HTTP API ${id}: it has to be deployed before its parts`);
  return api;
};

/** An id of seven letters and digits for a part of an API. */
export const partId = ({ place }: ResourceRequest): string => shortHash(7, place.stack, place.logicalId);
