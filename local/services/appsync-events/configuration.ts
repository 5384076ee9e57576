import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { EventApi, EventNamespace } from '../../world.ts';

/** What the process of AppSync Events has to know: written by its host, read when it starts and when it is told to. */
export interface Configuration {
  readonly region: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The public keys of the issuer, whatever name the template gives it. */
  readonly jwks: { readonly keys: readonly object[] };
  readonly api?: EventApi | undefined;
  readonly namespaces: readonly EventNamespace[];
}

const authTypes = z.array(z.enum(['AWS_IAM', 'OPENID_CONNECT']));

const shape = z.strictObject({
  region: z.string(),
  certificateFile: z.string(),
  keyFile: z.string(),
  jwks: z.strictObject({ keys: z.array(z.looseObject({})) }),
  api: z.optional(
    z.strictObject({
      name: z.string(),
      openIdConnect: z.optional(
        z.strictObject({
          issuer: z.string(),
          clientId: z.optional(z.string()),
          issuedWithinMs: z.optional(z.number()),
          authenticatedWithinMs: z.optional(z.number()),
        }),
      ),
      connectionAuth: authTypes,
      publishAuth: authTypes,
      subscribeAuth: authTypes,
    }),
  ),
  namespaces: z.array(
    z.strictObject({ name: z.string(), publishAuth: z.optional(authTypes), subscribeAuth: z.optional(authTypes) }),
  ),
});

export const readConfiguration = async (path: string): Promise<Configuration> =>
  shape.parse(JSON.parse(await readFile(path, 'utf8'))) as Configuration;
