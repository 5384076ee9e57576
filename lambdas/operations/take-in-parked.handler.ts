import { readIntakeConfig } from './config.ts';
import { connectIntake } from './dead-letters/dependencies.ts';
import { readParked } from './dead-letters/read-parked.ts';
import { takeIn } from './dead-letters/take-in.ts';

export const handler = takeIn(connectIntake(readIntakeConfig(process.env)), readParked);
