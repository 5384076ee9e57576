#!/usr/bin/env node
/** The CDK app: `npx cdk synth -c env=local|dev|staging|prod`. */
import { createApp } from '../lib/app.ts';
import { ConfigurationError } from '../lib/config/configuration-error.ts';
import { composePlatform } from '../lib/platform.ts';

const app = createApp();
try {
  composePlatform(app, app.node.tryGetContext('env'));
  app.synth();
} catch (error) {
  // A sentence is enough for a wrong setting; anything else is our fault and needs its stack.
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  // Not exitCode: CDK synthesizes what there is when a process ends by itself.
  process.exit(1);
}
