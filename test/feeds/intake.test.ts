import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drainIntake, type Waiting } from '../../bin/local/intake.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';

const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:parked';

let services: AwsServices;
beforeAll(async () => {
  services = await startAwsServices();
});
afterAll(() => services.stop());

/** A clock that a sleep turns, and a second on which something happens. */
const waitingWith = (onSleep: (second: number) => Promise<void>): Waiting & { readonly told: number[] } => {
  let nowMs = 0;
  const told: number[] = [];
  return {
    told,
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
      await onSleep(nowMs / 1_000);
    },
    onWait: (messages) => told.push(messages),
  };
};

describe('the intake', () => {
  it('is waited for while a message is being processed, and a person is told', async () => {
    const { sqs, queueUrl } = services;
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'on its way' }));
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, VisibilityTimeout: 60 }));
    const waiting = waitingWith(async (second) => {
      if (second !== 3) return;
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }));
    });
    expect(await drainIntake(sqs, [queueArn], waiting)).toBe(0);
    expect(waiting.now()).toBe(3_000);
    expect(waiting.told).toEqual([1]);
  });

  it('is not waited for where its queues are empty', async () => {
    const waiting = waitingWith(() => Promise.resolve());
    expect(await drainIntake(services.sqs, [queueArn], waiting)).toBe(0);
    expect(waiting.now()).toBe(0);
  });

  it('is not waited for for ever, and what is left is said', async () => {
    const { sqs, queueUrl } = services;
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'nobody reads' }));
    const waiting = waitingWith(() => Promise.resolve());
    expect(await drainIntake(sqs, [queueArn], waiting)).toBe(1);
    expect(waiting.now()).toBeGreaterThan(180_000);
  });
});
