import { readDeletionConfig } from './config.ts';
import { deletePublished } from './delete-published.ts';
import { connectDeletion } from './dependencies.ts';

const config = readDeletionConfig(process.env);

export const handler = deletePublished(connectDeletion(config), config.KEEP_PUBLISHED_HOURS);
