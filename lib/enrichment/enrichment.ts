import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import type { Foundation } from '../foundation/foundation.ts';
import { SourceEnrichment } from './source-enrichment.ts';

/** Reads every source's stream and stores its events. */
export class Enrichment extends Stack {
  constructor(scope: Construct, environment: Environment, foundation: Foundation) {
    const stackName = physicalName(environment.name, 'enrichment');
    super(scope, stackName, { stackName, description: 'Millrace: from the streams to the database' });
    // Also where no value says so: the database's migrations come before any consumer.
    this.addStackDependency(foundation);
    for (const [source, settings] of Object.entries(environment.sources)) {
      new SourceEnrichment(this, source, { environment, foundation, source, settings });
    }
  }
}
