import * as z from 'zod';
import type { FunctionHost } from '../../world.ts';
import { parseInput } from '../action-router.ts';
import { AwsError, notFound } from '../aws-error.ts';
import { startJsonService, type Router, type RunningService } from '../json-service.ts';
import { parseExpression } from './schedule-expression.ts';
import { createSchedules, type Schedules } from './schedules.ts';

const UTC = ['UTC', 'Etc/UTC'] as const;

const Input = z.strictObject({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.optional(z.enum(UTC)),
  State: z.optional(z.enum(['ENABLED', 'DISABLED'])),
  FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF') }),
  Target: z.strictObject({
    Arn: z.string().regex(/^arn:aws:lambda:/, 'the local Scheduler calls Lambda functions only'),
    Input: z.optional(z.string()),
  }),
});

const ARN = 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default';

const putSchedule = (schedules: Schedules, name: string, body: unknown): { ScheduleArn: string } => {
  const { ScheduleExpression, State, Target } = parseInput('CreateSchedule', Input, body);
  const timing = parseExpression(ScheduleExpression);
  if (!timing) {
    throw new AwsError(
      'ValidationException',
      `The local Scheduler does not know "${ScheduleExpression}". It knows rate(N minutes|hours|days), ` +
        'cron(M H * * ? *), cron(M * * * ? *) and at(yyyy-mm-ddThh:mm:ss), in UTC.',
    );
  }
  schedules.set({
    name,
    expression: ScheduleExpression,
    timing,
    enabled: State !== 'DISABLED',
    targetArn: Target.Arn,
    ...(Target.Input === undefined ? {} : { input: Target.Input }),
  });
  return { ScheduleArn: `${ARN}/${name}` };
};

const getSchedule = (schedules: Schedules, name: string): unknown => {
  const schedule = schedules.get(name);
  if (!schedule) throw notFound(`There is no schedule "${name}".`);
  return {
    Arn: `${ARN}/${name}`,
    Name: name,
    GroupName: 'default',
    ScheduleExpression: schedule.expression,
    State: schedule.enabled ? 'ENABLED' : 'DISABLED',
    Target: { Arn: schedule.targetArn, Input: schedule.input },
    FlexibleTimeWindow: { Mode: 'OFF' },
  };
};

const router =
  (schedules: Schedules): Router =>
  async ({ method, path, body }) => {
    const [, encoded] = /^\/schedules\/([^/]+)$/.exec(path) ?? [];
    const name = encoded === undefined ? undefined : decodeURIComponent(encoded);
    // Create and update are one here: a redeploy over a kept folder says the same again.
    if (name !== undefined && (method === 'POST' || method === 'PUT'))
      return { status: 200, body: putSchedule(schedules, name, body) };
    if (name !== undefined && method === 'GET') return { status: 200, body: getSchedule(schedules, name) };
    throw new AwsError('UnknownOperationException', `The local Scheduler does not answer ${method} ${path}.`, 404);
  };

export interface RunningScheduler extends RunningService {
  /** Called once everything is deployed. */
  beginFiring(): void;
}

/** EventBridge Scheduler, in the default group: it really calls its functions. */
export const startScheduler = async ({
  functions,
  progress,
  now = Date.now,
  retryDelaysMs = [60_000, 120_000],
}: {
  readonly functions: Pick<FunctionHost, 'invoke'>;
  readonly progress: (line: string) => void;
  readonly now?: () => number;
  readonly retryDelaysMs?: readonly number[];
}): Promise<RunningScheduler> => {
  const schedules = createSchedules({ functions, progress, now, retryDelaysMs });
  const service = await startJsonService(router(schedules), 'application/json');
  return {
    ...service,
    beginFiring: () => schedules.beginFiring(),
    async stop() {
      schedules.stop();
      await service.stop();
    },
  };
};
