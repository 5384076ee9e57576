import * as z from 'zod';
import { authTypes, publishModes, subscribeModes } from './appsync-api.ts';
import { provider } from './provider.ts';

/** Without handlers: what is published is sent as it is, to whoever may subscribe. */
const Properties = z.strictObject({
  ApiId: z.string(),
  Name: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/, 'is not 1 to 50 letters, digits and dashes within'),
  PublishAuthModes: z.optional(publishModes),
  SubscribeAuthModes: z.optional(subscribeModes),
  /** The CDK writes it without anything in it. */
  HandlerConfigs: z.optional(z.strictObject({})),
});

export const appsyncChannelNamespace = provider(
  'AWS::AppSync::ChannelNamespace',
  Properties,
  async ({ ApiId, Name, PublishAuthModes, SubscribeAuthModes }, { world }) => {
    await world.events.addNamespace(ApiId, {
      name: Name,
      ...(PublishAuthModes === undefined ? {} : { publishAuth: authTypes(PublishAuthModes) }),
      ...(SubscribeAuthModes === undefined ? {} : { subscribeAuth: authTypes(SubscribeAuthModes) }),
    });
    const arn = `arn:aws:appsync:${world.region}:${world.accountId}:apis/${ApiId}/channelNamespace/${Name}`;
    return { ref: arn, attributes: { ChannelNamespaceArn: arn } };
  },
);
