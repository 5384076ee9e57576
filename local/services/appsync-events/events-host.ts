import type { JSONWebKeySet } from 'jose';
import { join } from 'node:path';
import type { EventApi, EventNamespace, EventsHost, PublishFault } from '../../world.ts';
import { shortHash } from '../../deterministic-id.ts';
import type { Certificates } from '../certificates.ts';
import { jsonFile } from '../json-file.ts';
import { startNodeService, type NodeService } from '../process/node-service.ts';
import type { Configuration } from './configuration.ts';

/** What the process is asked: to read its configuration again, or to let publishes fail. It answers with the id. */
export interface Question {
  readonly id: number;
  readonly faults?: readonly PublishFault[];
}

export interface EventsHostOptions {
  readonly folder: string;
  readonly region: string;
  readonly certificates: Certificates;
  readonly jwks: JSONWebKeySet;
}

/** The process that serves, and what it has to be told. */
export interface EventsService extends EventsHost {
  /** Starts the process, for the first time or after it was taken away: it serves what has been deployed by then. */
  start(port?: number): Promise<NodeService>;
}

const answerMs = 10_000;

/** The same in every run: what is kept may name it. */
const idOf = ({ name }: EventApi): string => shortHash(26, 'appsync', name);

/** AppSync Events in a process of its own: what it costs to write to a thousand clients slows no function down. */
export const createEventsHost = ({ folder, region, certificates, jwks }: EventsHostOptions): EventsService => {
  const path = join(folder, 'configuration.json');
  const file = jsonFile<Configuration | undefined>(path, undefined, (raw) => raw as Configuration);
  const { certificateFile, keyFile } = certificates;
  let configuration: Configuration = { region, certificateFile, keyFile, jwks, namespaces: [] };
  let running: NodeService | undefined;
  let port = 0;

  /** Namespaces are deployed at once: told one after the other, or what is read first could be the last to count. */
  let deploying: Promise<unknown> = Promise.resolve();
  /** Where the process is away, it reads the file when it comes back. */
  const deploy = async (changed: Configuration): Promise<void> => {
    configuration = changed;
    const before = deploying;
    const done = (async () => {
      await before;
      await file.write(configuration);
      await running?.ask({}, answerMs);
    })();
    deploying = done.catch(() => {});
    await done;
  };

  return {
    async start(wanted) {
      await file.write(configuration);
      const started = await startNodeService('AppSync Events', 'appsync-events.ts', path, { port: wanted });
      running = started;
      port = started.port;
      void started.ended.then(() => running === started && (running = undefined));
      return started;
    },
    get plainEndpoint() {
      return `http://127.0.0.1:${port}`;
    },
    async define(api) {
      if (configuration.api && configuration.api.name !== api.name) {
        throw new Error(
          `the local AppSync Events serves one API, "${configuration.api.name}", and not "${api.name}" beside it`,
        );
      }
      await deploy({ ...configuration, api });
      const dns = `localhost:${port}`;
      return { apiId: idOf(api), httpDns: dns, realtimeDns: dns };
    },
    async addNamespace(apiId: string, namespace: EventNamespace) {
      if (!configuration.api || idOf(configuration.api) !== apiId) throw new Error(`there is no Event API "${apiId}"`);
      const others = configuration.namespaces.filter(({ name }) => name !== namespace.name);
      await deploy({ ...configuration, namespaces: [...others, namespace] });
    },
    async fail(faults) {
      if (!running) throw new Error('AppSync Events is away');
      await running.ask({ faults }, answerMs);
    },
  };
};
