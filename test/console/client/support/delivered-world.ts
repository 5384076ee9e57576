import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { createHttpApis } from '../../../../local/services/http-api/start-http-apis.ts';
import { createChannelStore } from '../../../../lambdas/rest-api/channel-store.ts';
import { readMessages } from '../../../../lambdas/rest-api/read-messages.ts';
import { composeBody } from '../../../../lambdas/shared/delivery/message.ts';
import { startEventsWorld } from '../../../local/support/events-world.ts';
import { call, countingTelemetry } from '../../../rest-api/support/call.ts';
import { eventOf } from '../../../rest-api/support/channels.ts';
import type { TokenWish } from '../../../../local/world.ts';
import { createTestDatabase } from '../../../support/database.ts';
import { startGate } from './gate.ts';

/**
 * What a client talks to, as it runs locally: AppSync Events, and an HTTP API with its authorizer before the function
 * over PostgreSQL; both behind a gate. Messages are numbered and published as the relay does it.
 */
export const startDeliveredWorld = async () => {
  const database = await createTestDatabase();
  const events = await startEventsWorld();
  const endpoint = readMessages({
    channels: createChannelStore(database.database('rest_api_messages')),
    telemetry: countingTelemetry(),
    now: Date.now,
  });
  const complaints: string[] = [];
  const apis = createHttpApis(
    {
      functions: {
        invoke: async (_, payload) => {
          const context = { getRemainingTimeInMillis: () => 10_000 } as unknown as Context;
          return { payload: await endpoint(payload as APIGatewayProxyEventV2, context), requestId: 'r' };
        },
      },
      verify: (token, expected) => events.issuer.verify(token, expected),
      now: Date.now,
    },
    (line) => complaints.push(line),
  );
  const api = new URL(await apis.define({ id: 'rest', name: 'rest', cors: undefined }));
  const defined = apis.get('rest');
  defined?.integrations.set('i', { functionArn: 'arn', timeoutMs: 5_000 });
  defined?.authorizers.set('a', { issuer: 'https://issuer.millrace.invalid', audiences: ['millrace'] });
  defined?.routes.set('r', {
    key: 'GET /v1/channels/{channel}/messages',
    integrationId: 'i',
    authorizerId: 'a',
    scopes: ['millrace/read'],
  });
  const [realtimeGate, apiGate] = await Promise.all([startGate(events.server.port), startGate(Number(api.port))]);
  const { owner } = database;

  /** The strings of each channel, by number; the first is number 1. */
  const sent = new Map<string, string[]>();
  const send = async (channel: string, delivery: 'each' | 'latest', entities: string[], isLost: boolean) => {
    const bodies = sent.get(channel) ?? [];
    const number = bodies.length + 1;
    const these = entities.map((entity) => eventOf(entity, number));
    const body = composeBody({ channel, number, delivery, events: these });
    sent.set(channel, [...bodies, body]);
    await owner.query('BEGIN');
    await owner.query(
      `INSERT INTO millrace.channels (channel, delivery, last_number) VALUES ($1, $2, $3)
       ON CONFLICT (channel) DO UPDATE SET last_number = $3`,
      [channel, delivery, number],
    );
    await owner.query('INSERT INTO millrace.messages (channel, number, delivery, body) VALUES ($1, $2, $3, $4)', [
      channel,
      number,
      delivery,
      body,
    ]);
    for (const event of delivery === 'latest' ? these : [])
      await owner.query(
        `INSERT INTO millrace.snapshots (channel, entity, number, occurred_at, source_event_id, event)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (channel, entity) DO UPDATE SET number = $3, source_event_id = $5, event = $6`,
        [channel, event.entity, number, event.occurredAt, event.sourceEventId, JSON.stringify(event)],
      );
    await owner.query('COMMIT');
    if (!isLost) await publish(channel, body);
    await owner.query('UPDATE millrace.messages SET published_at = now() WHERE channel = $1 AND number = $2', [
      channel,
      number,
    ]);
  };

  const publish = async (channel: string, body: string) => {
    const response = await fetch(`${events.endpoint}/event`, {
      method: 'POST',
      headers: { authorization: await events.issuer.mint(), 'content-type': 'application/json' },
      body: JSON.stringify({ channel, events: [body] }),
    });
    if (!response.ok) throw new Error(`the publish was answered ${response.status}: ${await response.text()}`);
  };

  return {
    send,
    sent: (channel: string): readonly string[] => sent.get(channel) ?? [],
    mint: (wish?: TokenWish) => events.issuer.mint(wish),
    realtimeUrl: `ws://127.0.0.1:${realtimeGate.port}/event/realtime`,
    host: events.host,
    apiUrl: `http://127.0.0.1:${apiGate.port}`,
    gates: [realtimeGate, apiGate],
    read: (channel: string) => call(endpoint, { channel: channel.replaceAll('/', '.') }),
    complaints,
    owner,
    stop: async () => {
      await Promise.all([realtimeGate.cut(), apiGate.cut()]);
      await apis.stop();
      await events.stop();
      await database.drop();
    },
  };
};
