import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import type { Foundation } from '../foundation/foundation.ts';
import { DeadLetterIntake } from './dead-letters.ts';
import { Holds } from './holds.ts';
import { Partitions } from './partitions.ts';
import { Readiness } from './readiness.ts';

/** Keeps the platform going; of records only those pass through here that could not be stored. */
export class Operations extends Stack {
  constructor(scope: Construct, environment: Environment, foundation: Foundation) {
    const stackName = physicalName(environment.name, 'operations');
    super(scope, stackName, { stackName, description: 'Millrace: what keeps the platform going' });
    this.addStackDependency(foundation);
    new Partitions(this, 'Partitions', { environment, foundation });
    new Readiness(this, 'Readiness', { environment, foundation });
    new Holds(this, 'Holds', { environment, foundation });
    new DeadLetterIntake(this, 'DeadLetterIntake', { environment, foundation });
  }
}
