import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import type { Foundation } from '../foundation/foundation.ts';
import { Partitions } from './partitions.ts';
import { Readiness } from './readiness.ts';

/** Keeps the platform going; no record passes through here. */
export class Operations extends Stack {
  constructor(scope: Construct, environment: Environment, foundation: Foundation) {
    const stackName = physicalName(environment.name, 'operations');
    super(scope, stackName, { stackName, description: 'Millrace: what keeps the platform going' });
    this.addStackDependency(foundation);
    new Partitions(this, 'Partitions', { environment, foundation });
    new Readiness(this, 'Readiness', { environment, foundation });
  }
}
