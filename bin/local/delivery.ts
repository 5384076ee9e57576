import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { families } from '../../feeds/account/delivery/families.ts';
import type { DeliveryWitness } from '../../feeds/account/delivery/take-delivery-account.ts';
import { createDeliveryReaders, readBaselines } from '../../feeds/readers/deliveries.ts';
import { DeliveryLog } from '../../feeds/subscriber/delivery-log.ts';
import { createResume } from '../../feeds/subscriber/resume.ts';
import { startSubscriber, type Subscriber } from '../../feeds/subscriber/subscriber.ts';
import type { LocalRun } from '../../local/run.ts';
import type { LocalWorld } from '../../local/world.ts';
import { readProgress, type DeliveryProgress } from './delivery-progress.ts';

/** A subscriber of the account's own, and what its log is held against. */
export interface DeliveryWatch extends DeliveryWitness {
  readonly subscriber: Subscriber;
}

export interface Delivery {
  /**
   * Subscribes to everything that is delivered, from the first numbers on that are not published by now.
   * @param say - told when it is cut off, and when it is back
   */
  watch(say: (line: string) => void): Promise<DeliveryWatch>;
  progress(): Promise<DeliveryProgress>;
  close(): void;
}

export const relay = 'millrace-local-delivery-relay-messages';
const deletion = 'millrace-local-delivery-delete-published';
const resumer = 'millrace-local-rest-api-read-messages';
const hourMs = 3_600_000;
const connectMs = 10_000;
/** What the enrichers say of their messages (docs/delivery.md): here it is judged, not read from them. */
const expiresAfterMs = { each: 12 * hourMs, latest: 300_000 } as const;

type Environment = Readonly<Record<string, string>>;

/** @throws Error naming the function that is not there, or has no such variable */
const settingOf = ({ functions }: LocalWorld, functionName: string, name: string): string => {
  const value = functions.get(functionName)?.environment[name];
  if (value === undefined) throw new Error(`the function ${functionName} has no ${name} in its environment`);
  return value;
};

/** Logs in as a function does: no password has to be known, and its rights are enough to read. */
export const connectAs =
  (
    { postgres }: { readonly postgres: { readonly host: string; readonly port: number; readonly caFile: string } },
    { DATABASE_NAME: database, DATABASE_USER: user }: Environment,
  ) =>
  async (): Promise<pg.Client> => {
    const client = new pg.Client({
      host: postgres.host,
      port: postgres.port,
      database,
      user,
      ssl: { ca: await readFile(postgres.caFile, 'utf8') },
      application_name: 'account',
      connectionTimeoutMillis: connectMs,
    });
    // A server that ends is told of twice: the query under way says so, too.
    client.on('error', () => {});
    await client.connect();
    return client;
  };

/** @param events - environment of a function that may read the table of events */
export const openDelivery = ({ world, deployed }: LocalRun, events: Environment): Delivery => {
  const environmentOf = (name: string): Environment => ({
    DATABASE_NAME: settingOf(world, name, 'DATABASE_NAME'),
    DATABASE_USER: settingOf(world, name, 'DATABASE_USER'),
  });
  const connectRelay = connectAs(world, environmentOf(relay));
  const connectResumer = connectAs(world, environmentOf(resumer));
  const readers = createDeliveryReaders({
    messages: connectResumer,
    outbox: connectRelay,
    events: connectAs(world, events),
  });
  const host = deployed.output('millrace-local-delivery', 'EventsHttpDns');
  const realtime = deployed.output('millrace-local-delivery', 'EventsRealtimeDns');
  const apiUrl = deployed.output('millrace-local-rest-api', 'ApiUrl').replace(/\/$/, '');
  const token = (): Promise<string> => world.issuer.mint({ subject: 'account', scope: 'millrace/read' });
  return {
    watch: async (say) => {
      const log = new DeliveryLog(await readBaselines(connectResumer));
      const subscriber = await startSubscriber({
        realtimeUrl: `wss://${realtime}/event/realtime`,
        host,
        ca: await readFile(world.postgres.caFile, 'utf8'),
        token,
        patterns: families.map(({ family }) => `${family}/*`),
        resume: createResume({ apiUrl, token }),
        log,
        say,
      });
      const keepPublishedMs = {
        each: Number(settingOf(world, deletion, 'KEEP_EACH_HOURS')) * hourMs,
        latest: Number(settingOf(world, deletion, 'KEEP_LATEST_HOURS')) * hourMs,
      };
      return { subscriber, readers, log, rules: { expiresAfterMs, keepPublishedMs }, now: Date.now };
    },
    ...readProgress(connectRelay),
  };
};
