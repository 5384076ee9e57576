import { paginateListEventSourceMappings, type LambdaClient } from '@aws-sdk/client-lambda';

/** The sources of an environment: each has an enrichment function that a mapping feeds. */
export const listSources = async (lambda: LambdaClient, env: string): Promise<string[]> => {
  const prefix = `millrace-${env}-enrichment-`;
  const sources = new Set<string>();
  for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings({ client: lambda }, {})) {
    for (const { FunctionArn = '' } of EventSourceMappings) {
      const name = FunctionArn.split(':')[6] ?? '';
      if (name.startsWith(prefix)) sources.add(name.slice(prefix.length));
    }
  }
  return [...sources].sort();
};
