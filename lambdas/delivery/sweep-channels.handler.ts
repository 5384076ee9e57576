import { readSweepConfig } from './config.ts';
import { connectSweep } from './dependencies.ts';
import { sweepChannels } from './sweep-channels.ts';

export const handler = sweepChannels(connectSweep(readSweepConfig(process.env)));
