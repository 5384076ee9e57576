import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import type { Foundation } from '../foundation/foundation.ts';
import { Channels } from './channels.ts';
import { Deletion } from './deletion.ts';
import { Relay } from './relay.ts';
import { Sweep } from './sweep.ts';

/** From the outbox to the screens of whoever is connected. */
export class Delivery extends Stack {
  constructor(scope: Construct, environment: Environment, foundation: Foundation) {
    const stackName = physicalName(environment.name, 'delivery');
    super(scope, stackName, { stackName, description: 'Millrace: from the outbox to connected clients' });
    this.addStackDependency(foundation);
    const { oidc, logDays } = environment;
    const channels = new Channels(this, 'Channels', { name: physicalName(environment.name, 'events'), oidc, logDays });
    new Relay(this, 'Relay', { environment, foundation, channels });
    new Sweep(this, 'Sweep', { environment, foundation });
    new Deletion(this, 'Deletion', { environment, foundation });
    // What a client has to know, beside a token.
    new CfnOutput(this, 'EventsHttpDns', { value: channels.httpDns });
    new CfnOutput(this, 'EventsRealtimeDns', { value: channels.realtimeDns });
    new CfnOutput(this, 'OidcIssuer', { value: oidc.issuer });
    new CfnOutput(this, 'OidcAudience', { value: oidc.audience });
  }
}
