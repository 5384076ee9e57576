import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';

/** Feature flags decide what templates look like, so every way to synthesize must see the same ones. */
const flags = (): Record<string, unknown> => {
  const { context } = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return context;
};

/** An app with the flags of cdk.json, also where no CDK command line hands them over. @param outdir - the assembly's folder */
export const createApp = (context: Readonly<Record<string, unknown>> = {}, outdir?: string): App =>
  new App({
    context: { ...flags(), ...context },
    analyticsReporting: false,
    ...(outdir === undefined ? {} : { outdir }),
  });
