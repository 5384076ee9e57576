import { readDeletionConfig } from './config.ts';
import { deletePublished } from './delete-published.ts';
import { connectDeletion } from './dependencies.ts';

const config = readDeletionConfig(process.env);

export const handler = deletePublished(connectDeletion(config), {
  each: config.KEEP_EACH_HOURS,
  latest: config.KEEP_LATEST_HOURS,
});
