import * as z from 'zod';
import { physicalName, provider } from './provider.ts';
import { logTail } from './log-tail.ts';

const Properties = z.strictObject({
  HandlerArn: z.string(),
  // `Event` would let the deploy go on before the function is done.
  InvocationType: z.optional(z.literal('RequestResponse')),
});

/**
 * CDK's Trigger: calls a function while deploying, and fails the deploy when it fails. In AWS it runs when the
 * function changes; here in every deploy, so what it does must be harmless twice (a fresh data folder needs it).
 */
export const customTrigger = provider('Custom::Trigger', Properties, async ({ HandlerArn }, { world, place }) => {
  const spec = world.functions.get(HandlerArn.replace(/:\d+$/, ''));
  if (!spec) throw new Error(`HandlerArn ${HandlerArn} names no function that was deployed`);
  const result = await world.functions.invoke(spec.arn, {});
  if ('throttled' in result) throw new Error(`the function ${spec.name} was throttled: ${result.throttled}`);
  if ('error' in result) {
    const tail = await logTail(world.dataDir, spec.name);
    throw new Error(
      `the function ${spec.name} failed (${result.kind}): ${result.message}` +
        (tail === '' ? '' : `\nThe end of its log:\n${tail}`),
    );
  }
  return { ref: physicalName(place), attributes: {} };
});
