import {
  type LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { serviceError } from '../../shared/aws/service-error.ts';
import type { HeldSource } from './config.ts';
import type { Mapping } from './plan-mapping.ts';

/** Both throw UnavailableError or MisconfiguredError, reason `lambda`. */
export interface MappingStore {
  /** The mappings that feed the source's function from its stream. */
  list(source: HeldSource): Promise<readonly Mapping[]>;
  /** Begins to switch one; Lambda takes up to two minutes. @returns its state now */
  setEnabled(uuid: string, enabled: boolean): Promise<string>;
}

/** The word that Lambda has for a mapping whose state it does not say. */
const unknown = 'unknown';

const asked = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    throw serviceError('lambda', error);
  }
};

export const createMappingStore = (client: LambdaClient): MappingStore => ({
  list: async ({ functionName, streamArn }) => {
    // One function has one mapping, or two while it is replaced: never a second page.
    const { EventSourceMappings = [] } = await asked(
      client.send(new ListEventSourceMappingsCommand({ FunctionName: functionName, EventSourceArn: streamArn })),
    );
    return EventSourceMappings.map(({ UUID = '', State = unknown }) => ({ uuid: UUID, state: State }));
  },
  setEnabled: async (uuid, enabled) => {
    const { State = unknown } = await asked(
      client.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: enabled })),
    );
    return State;
  },
});
