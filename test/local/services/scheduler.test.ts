import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../local/resources/until.ts';
import { nextFiring, parseExpression } from '../../../local/services/scheduler/schedule-expression.ts';
import { startScheduler, type RunningScheduler } from '../../../local/services/scheduler/start-scheduler.ts';
import { functionsInMemory, type Behaviour } from '../support/test-world.ts';

const at = (text: string): number => Date.parse(`2026-11-${text}Z`);

describe('a schedule expression', () => {
  it.each([
    ['rate(1 day)', { kind: 'rate', everyMs: 86_400_000 }],
    ['rate(5 minutes)', { kind: 'rate', everyMs: 300_000 }],
    ['rate(2 hours)', { kind: 'rate', everyMs: 7_200_000 }],
    ['cron(30 2 * * ? *)', { kind: 'cron', minute: 30, hour: 2 }],
    ['cron(0 * ? * * *)', { kind: 'cron', minute: 0, hour: 'every' }],
    ['at(2026-11-21T08:00:00)', { kind: 'at', at: at('21T08:00:00') }],
  ])('reads %s', (expression, timing) => {
    expect(parseExpression(expression)).toEqual(timing);
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 week)',
    'cron(60 2 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 8 ? * MON-FRI *)',
    'cron(0/5 * * * ? *)',
    'cron(0 8 * *)',
    'at(2026-13-40T08:00:00)',
    'at(tomorrow)',
    'every(1 day)',
    'nonsense',
  ])('does not pretend to read %s', (expression) => {
    expect(parseExpression(expression)).toBeUndefined();
  });

  it.each([
    ['rate(1 day)', '21T09:00:00', '21T08:59:59', '21T09:00:00'],
    ['rate(1 day)', '21T09:00:00', '21T09:00:00', '22T09:00:00'],
    ['rate(1 hour)', '21T09:10:00', '21T11:30:00', '21T12:10:00'],
    ['cron(30 2 * * ? *)', '21T09:00:00', '21T09:00:00', '22T02:30:00'],
    ['cron(30 2 * * ? *)', '21T00:00:00', '21T02:29:59', '21T02:30:00'],
    ['cron(30 2 * * ? *)', '21T00:00:00', '21T02:30:00', '22T02:30:00'],
    ['cron(15 * * * ? *)', '21T00:00:00', '21T02:15:00', '21T03:15:00'],
    ['at(2026-11-21T08:00:00)', '21T00:00:00', '21T07:00:00', '21T08:00:00'],
  ])('%s, made at %s: after %s it fires at %s', (expression, createdAt, after, expected) => {
    const timing = parseExpression(expression);
    expect(timing && nextFiring(timing, at(createdAt), at(after))).toBe(at(expected));
  });

  it('fires once only when it names a moment', () => {
    const timing = parseExpression('at(2026-11-21T08:00:00)');
    expect(timing && nextFiring(timing, 0, at('21T08:00:00'))).toBeUndefined();
  });
});

let running: RunningScheduler | undefined;
afterEach(() => running?.stop());

const start = async (behaviour?: (name: string) => Behaviour) => {
  const functions = functionsInMemory(behaviour);
  const progress: string[] = [];
  const say = (line: string): void => void progress.push(line);
  const scheduler = await startScheduler({ functions, progress: say, retryDelaysMs: [1, 1] });
  running = scheduler;
  const send = async (method: string, path: string, body?: unknown) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${scheduler.endpoint}${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { functions, progress, scheduler, send };
};

const schedule = (more: Record<string, unknown> = {}, target: Record<string, unknown> = {}) => ({
  ScheduleExpression: 'rate(1 day)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: 'arn:aws:lambda:eu-west-1:000000000000:function:prepare', ...target },
  ...more,
});
const invocations = ({ invoked }: ReturnType<typeof functionsInMemory>, count: number) =>
  until(`${count} invocations`, async () => (invoked.length >= count ? invoked : undefined), { timeoutMs: 2_000 });

describe('the local Scheduler', () => {
  it('calls nothing before it is told to, and a new rate at once then', async () => {
    const { functions, scheduler, send } = await start();
    await send('POST', '/schedules/daily', schedule({}, { Input: '{"days":3}' }));
    await sleep(20);
    expect(functions.invoked).toEqual([]);
    scheduler.beginFiring();
    expect(await invocations(functions, 1)).toEqual([
      { name: 'arn:aws:lambda:eu-west-1:000000000000:function:prepare', payload: { days: 3 } },
    ]);
  });

  it('gives the event AWS makes up when the target has no input', async () => {
    const { functions, scheduler, send } = await start();
    scheduler.beginFiring();
    await send('POST', '/schedules/daily', schedule());
    const [call] = await invocations(functions, 1);
    expect(call?.payload).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      resources: ['arn:aws:scheduler:eu-west-1:000000000000:schedule/default/daily'],
    });
  });

  it('does not call a disabled schedule', async () => {
    const { functions, scheduler, send } = await start();
    scheduler.beginFiring();
    await send('PUT', '/schedules/daily', schedule({ State: 'DISABLED', ScheduleExpressionTimezone: 'UTC' }));
    await sleep(20);
    expect(functions.invoked).toEqual([]);
    expect((await send('GET', '/schedules/daily')).body).toMatchObject({ Name: 'daily', State: 'DISABLED' });
  });

  it('tries a failing function three times in all, and says each time', async () => {
    const { functions, scheduler, send, progress } = await start(() => () => {
      throw new Error('no partition');
    });
    scheduler.beginFiring();
    await send('POST', '/schedules/daily', schedule());
    await until('the last attempt', async () => progress[2], { timeoutMs: 2_000 });
    expect(progress).toEqual([
      'schedule daily: no partition (attempt 1, again in 0.001 s)',
      'schedule daily: no partition (attempt 2, again in 0.001 s)',
      'schedule daily: no partition (attempt 3, given up)',
    ]);
    expect(functions.invoked).toHaveLength(3);
  });

  it('is silent once it is stopped', async () => {
    const { scheduler, send, progress } = await start(
      () => () => sleep(20).then(() => Promise.reject(new Error('late'))),
    );
    scheduler.beginFiring();
    await send('POST', '/schedules/daily', schedule());
    await sleep(5);
    await scheduler.stop();
    await scheduler.stop();
    await sleep(30);
    expect(progress).toEqual([]);
  });

  it.each([
    ['an expression it does not know', schedule({ ScheduleExpression: 'cron(0 8 ? * MON *)' }), /does not know "cron/],
    ['another time zone', schedule({ ScheduleExpressionTimezone: 'Europe/Berlin' }), /ScheduleExpressionTimezone/],
    ['a target that is no function', schedule({}, { Arn: 'arn:aws:sqs:x' }), /calls Lambda functions only/],
    ['a setting it would ignore', schedule({ StartDate: 1 }), /StartDate/],
  ])('refuses %s', async (_, body, message) => {
    const { send } = await start();
    const answer = await send('POST', '/schedules/daily', body);
    expect(answer.status).toBe(400);
    expect(answer.body['message']).toMatch(message);
  });

  it('answers 404 for what it has not', async () => {
    const { send } = await start();
    expect((await send('GET', '/schedules/gone')).body).toMatchObject({ __type: 'ResourceNotFoundException' });
    expect(await send('DELETE', '/schedules/gone')).toMatchObject({ status: 404 });
    expect(await send('GET', '/elsewhere')).toMatchObject({ status: 404 });
  });
});
