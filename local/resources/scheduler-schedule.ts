import * as z from 'zod';
import { physicalName, provider } from './provider.ts';

const Properties = z.strictObject({
  Name: z.optional(z.string()),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.optional(z.string()),
  State: z.optional(z.enum(['ENABLED', 'DISABLED'])),
  FlexibleTimeWindow: z.strictObject({ Mode: z.string() }),
  Target: z.strictObject({ Arn: z.string(), Input: z.optional(z.string()) }),
});

/** Spoken by hand: one request is not worth another SDK client. */
export const schedulerSchedule = provider('AWS::Scheduler::Schedule', Properties, async (properties, request) => {
  const { Name, ...schedule } = properties;
  const { world, place } = request;
  const name = Name ?? physicalName(place);
  const response = await fetch(`${world.endpoints.scheduler}/schedules/${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(schedule),
  });
  const answer = (await response.json()) as { ScheduleArn?: string; message?: string };
  if (!response.ok) throw new Error(answer.message ?? `the local Scheduler answered ${response.status}`);
  return { ref: name, attributes: { Arn: answer.ScheduleArn ?? '' } };
});
