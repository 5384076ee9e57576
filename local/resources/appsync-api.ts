import * as z from 'zod';
import type { EventAuthType } from '../world.ts';
import { provider, wholeNumber } from './provider.ts';

/** Over WebSocket only tokens are checked here; a template that wants another proof fails the deploy. */
const byToken = z.array(z.strictObject({ AuthType: z.literal('OPENID_CONNECT') }));
export const subscribeModes = byToken;
export const publishModes = z.array(z.strictObject({ AuthType: z.enum(['AWS_IAM', 'OPENID_CONNECT']) }));

export const authTypes = (modes: readonly { readonly AuthType: EventAuthType }[]): readonly EventAuthType[] =>
  modes.map(({ AuthType }) => AuthType);

const AuthProvider = z.discriminatedUnion('AuthType', [
  z.strictObject({ AuthType: z.literal('AWS_IAM') }),
  z.strictObject({
    AuthType: z.literal('OPENID_CONNECT'),
    OpenIDConnectConfig: z.strictObject({
      Issuer: z.string(),
      ClientId: z.optional(z.string()),
      IatTTL: z.optional(wholeNumber),
      AuthTTL: z.optional(wholeNumber),
    }),
  }),
]);

const Properties = z.strictObject({
  Name: z.string(),
  EventConfig: z.strictObject({
    AuthProviders: z.array(AuthProvider),
    ConnectionAuthModes: byToken,
    DefaultPublishAuthModes: publishModes,
    DefaultSubscribeAuthModes: subscribeModes,
  }),
});

type OpenIdConnect = Extract<z.infer<typeof AuthProvider>, { AuthType: 'OPENID_CONNECT' }>;

const openIdConnect = (providers: readonly z.infer<typeof AuthProvider>[]) => {
  const found = providers.find((entry): entry is OpenIdConnect => entry.AuthType === 'OPENID_CONNECT');
  if (!found) return {};
  const { Issuer, ClientId, IatTTL, AuthTTL } = found.OpenIDConnectConfig;
  return {
    openIdConnect: {
      issuer: Issuer,
      ...(ClientId === undefined ? {} : { clientId: ClientId }),
      ...(IatTTL === undefined ? {} : { issuedWithinMs: IatTTL }),
      ...(AuthTTL === undefined ? {} : { authenticatedWithinMs: AuthTTL }),
    },
  };
};

export const appsyncApi = provider('AWS::AppSync::Api', Properties, async ({ Name, EventConfig }, { world }) => {
  const api = {
    name: Name,
    ...openIdConnect(EventConfig.AuthProviders),
    connectionAuth: authTypes(EventConfig.ConnectionAuthModes),
    publishAuth: authTypes(EventConfig.DefaultPublishAuthModes),
    subscribeAuth: authTypes(EventConfig.DefaultSubscribeAuthModes),
  };
  const { apiId, httpDns, realtimeDns } = await world.events.define(api);
  // A client id may be a regular expression; a token is minted for the first name in it.
  const [client = ''] = (api.openIdConnect?.clientId ?? Name).split('|');
  if (api.openIdConnect) world.issuer.define(api.openIdConnect.issuer, client);
  const arn = `arn:aws:appsync:${world.region}:${world.accountId}:apis/${apiId}`;
  return {
    ref: arn,
    attributes: { ApiArn: arn, ApiId: apiId, 'Dns.Http': httpDns, 'Dns.Realtime': realtimeDns },
  };
});
