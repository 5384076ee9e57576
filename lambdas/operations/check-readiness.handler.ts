import { readReadinessConfig } from './readiness/config.ts';
import { connect } from './readiness/dependencies.ts';
import { checkReadiness, type Readiness } from './readiness/readiness.ts';

const checks = connect(readReadinessConfig(process.env));

export const handler = (): Promise<Readiness> => checkReadiness(checks);
