import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import type { EnvironmentName, SourceSettings } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';

export interface StreamsProps {
  readonly environment: EnvironmentName;
  readonly sources: Readonly<Record<string, SourceSettings>>;
  readonly retainData: boolean;
}

/** A stream per source whose transport is Kinesis. */
export class Streams extends Construct {
  readonly bySource: ReadonlyMap<string, Stream>;

  constructor(scope: Construct, id: string, { environment, sources, retainData }: StreamsProps) {
    super(scope, id);
    this.bySource = new Map(
      Object.entries(sources).map(([source, { shards, retentionHours }]) => [
        source,
        new Stream(this, source, {
          streamName: physicalName(environment, source),
          // By number and not on demand: a stream on demand throttles for minutes when the load doubles.
          streamMode: StreamMode.PROVISIONED,
          shardCount: shards,
          retentionPeriod: Duration.hours(retentionHours),
          encryption: StreamEncryption.MANAGED,
          removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        }),
      ]),
    );
  }
}
