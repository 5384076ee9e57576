import { compareSequence } from '../../lambdas/shared/stream/position.ts';
import { digestOf } from '../account/digest.ts';
import type { HeldRecord, StreamPage } from '../account/evidence.ts';

export interface HeldPlaces {
  /** Source by name of its stream. */
  readonly streams: ReadonlyMap<string, string>;
  /** Whether the platform has stopped reading a source, on purpose. */
  readonly isHeld: (source: string) => Promise<boolean>;
  /** Where its mapping stands: the last record of a shard that is finished, as all before it are; undefined before the first. */
  readonly checkpointOf: (stream: string, shard: string) => string | undefined;
  /** Every record of some streams. */
  readonly readStreams: (streams: ReadonlyMap<string, string>) => AsyncIterable<StreamPage>;
}

/** What is held: of each source that is not read, every record behind the checkpoint of its shard. */
export const createHeldReader = ({
  streams,
  isHeld,
  checkpointOf,
  readStreams,
}: HeldPlaces): (() => AsyncIterable<readonly HeldRecord[]>) =>
  async function* () {
    const held = new Map<string, string>();
    for (const [stream, source] of streams) if (await isHeld(source)) held.set(stream, source);
    for await (const { source, stream, shard, records } of readStreams(held)) {
      const checkpoint = checkpointOf(stream, shard);
      yield records
        .filter(({ sequenceNumber }) => checkpoint === undefined || compareSequence(sequenceNumber, checkpoint) > 0)
        .map(({ sequenceNumber, arrivedAt, bytes }) => ({
          source,
          position: { stream, shard, sequenceNumber },
          arrivedAt,
          digest: digestOf(bytes),
        }));
    }
  };
