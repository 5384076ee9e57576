import { readRelayConfig } from './config.ts';
import { connectRelay } from './dependencies.ts';
import { relayMessages } from './relay-messages.ts';

export const handler = relayMessages(connectRelay(readRelayConfig(process.env)));
