import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { environmentNamed } from './config/environments.ts';
import { Delivery } from './delivery/delivery.ts';
import { Enrichment } from './enrichment/enrichment.ts';
import { Foundation } from './foundation/foundation.ts';
import { Operations } from './operations/operations.ts';
import { RestApi } from './rest-api/rest-api.ts';

/**
 * The whole platform of one environment, in the order a record travels.
 * @throws ConfigurationError where the environment is unknown or its values contradict each other
 */
export const composePlatform = (app: App, environmentName: unknown): void => {
  const environment = environmentNamed(environmentName);

  const foundation = new Foundation(app, environment);
  new Enrichment(app, environment, foundation);
  new Delivery(app, environment, foundation);
  new RestApi(app, environment, foundation);
  new Operations(app, environment, foundation);

  Tags.of(app).add('platform', 'millrace');
  Tags.of(app).add('environment', environment.name);
  // A finding that nobody has acknowledged fails the synthesis.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
};
