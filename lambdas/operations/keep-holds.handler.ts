import { readKeeperConfig } from './holds/config.ts';
import { connectKeeper } from './holds/dependencies.ts';
import { keepHolds } from './holds/keep-holds.ts';

export const handler = keepHolds(connectKeeper(readKeeperConfig(process.env)));
