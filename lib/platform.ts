import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { environmentNamed } from './config/environments.ts';
import { Enrichment } from './enrichment/enrichment.ts';
import { Foundation } from './foundation/foundation.ts';
import { Operations } from './operations/operations.ts';

/**
 * The platform, in the order a record travels. Read this first.
 * @param name - of the environment, as given with `-c env=…`
 * @throws Error with a sentence for whatever is unknown or contradictory; at synthesis, for every finding of cdk-nag
 */
export const composePlatform = (app: App, name: unknown) => {
  const environment = environmentNamed(name);
  const envName = environment.name;
  const prefix = `millrace-${envName}`;
  const common = { prefix, environment };

  const foundation = new Foundation(app, `${prefix}-foundation`, common);
  const enrichment = new Enrichment(app, `${prefix}-enrichment`, { ...common, foundation });
  const operations = new Operations(app, `${prefix}-operations`, { ...common, foundation });

  Tags.of(app).add('platform', 'millrace');
  Tags.of(app).add('environment', envName);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }), new ServerlessChecks(app, { verbose: true }));
  return { foundation, enrichment, operations };
};
