import { readDeadLettersConfig } from './config.ts';
import { connectDeadLetters } from './dependencies.ts';
import { readDeadLetters } from './read-dead-letters.ts';

export const handler = readDeadLetters(connectDeadLetters(readDeadLettersConfig(process.env)));
