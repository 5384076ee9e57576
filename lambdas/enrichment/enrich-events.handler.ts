import { readConfig } from './config.ts';
import { connect } from './dependencies.ts';
import { enrichEvents } from './enrich-events.ts';

export const handler = enrichEvents(await connect(readConfig(process.env)));
