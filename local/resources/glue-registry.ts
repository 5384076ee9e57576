import { AlreadyExistsException, CreateRegistryCommand } from '@aws-sdk/client-glue';
import * as z from 'zod';
import { provider } from './provider.ts';

const Properties = z.strictObject({ Name: z.string() });

export const glueRegistry = provider('AWS::Glue::Registry', Properties, async ({ Name }, { clients, world }) => {
  try {
    await clients.glue.send(new CreateRegistryCommand({ RegistryName: Name }));
  } catch (error) {
    if (!(error instanceof AlreadyExistsException)) throw error;
  }
  const arn = `arn:aws:glue:${world.region}:${world.accountId}:registry/${Name}`;
  return { ref: arn, attributes: { Arn: arn } };
});
