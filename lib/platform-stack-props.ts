import type { StackProps } from 'aws-cdk-lib';
import type { Environment } from './config/environments.ts';

/** What every stack of the platform is given. */
export interface PlatformStackProps extends StackProps {
  /** `millrace-<env>`: every physical name begins with it. */
  readonly prefix: string;
  readonly environment: Environment;
}
