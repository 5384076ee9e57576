#!/usr/bin/env node
import { App } from 'aws-cdk-lib';
import { composePlatform } from '../lib/platform.ts';

const app = new App({ analyticsReporting: false });
try {
  composePlatform(app, app.node.tryGetContext('env'));
  app.synth();
} catch (error) {
  // Findings and wrong settings are sentences; a stack trace would bury them.
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
