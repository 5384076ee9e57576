import { connectWithIam } from '../shared/database/connection.ts';
import { readPartitionConfig } from './config.ts';
import { preparePartitions } from './prepare-partitions.ts';

const config = readPartitionConfig(process.env);

export const handler = preparePartitions(connectWithIam(config), config.PARTITION_DAYS_AHEAD, Date.now);
