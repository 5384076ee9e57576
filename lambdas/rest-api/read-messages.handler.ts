import { readMessagesConfig } from './config.ts';
import { connectMessages } from './dependencies.ts';
import { readMessages } from './read-messages.ts';

export const handler = readMessages(connectMessages(readMessagesConfig(process.env)));
