import { readIntakeConfig } from './config.ts';
import { connectIntake } from './dead-letters/dependencies.ts';
import { readGivenUp } from './dead-letters/read-given-up.ts';
import { takeIn } from './dead-letters/take-in.ts';

const config = readIntakeConfig(process.env);
const intake = connectIntake(config);

export const handler = takeIn(intake, readGivenUp(intake.store, config.DEAD_LETTER_BUCKET, config.STREAM_SOURCES));
