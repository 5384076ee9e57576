import { httpApi } from './apigatewayv2-api.ts';
import { httpApiAuthorizer } from './apigatewayv2-authorizer.ts';
import { httpApiIntegration } from './apigatewayv2-integration.ts';
import { httpApiRoute } from './apigatewayv2-route.ts';
import { httpApiStage } from './apigatewayv2-stage.ts';
import { appsyncApi } from './appsync-api.ts';
import { appsyncChannelNamespace } from './appsync-channel-namespace.ts';
import { customTrigger } from './custom-trigger.ts';
import { dynamodbTable } from './dynamodb-table.ts';
import { glueRegistry } from './glue-registry.ts';
import { glueSchema } from './glue-schema.ts';
import { glueSchemaVersion } from './glue-schema-version.ts';
import { kinesisStream } from './kinesis-stream.ts';
import { lambdaEventSourceMapping } from './lambda-event-source-mapping.ts';
import { lambdaFunction } from './lambda-function.ts';
import { lambdaVersion } from './lambda-version.ts';
import type { ResourceProvider } from './provider.ts';
import { rdsDbCluster } from './rds-db-cluster.ts';
import { s3Bucket } from './s3-bucket.ts';
import { schedulerSchedule } from './scheduler-schedule.ts';
import { secretsManagerSecret } from './secretsmanager-secret.ts';
import { secretTargetAttachment } from './secretsmanager-target-attachment.ts';
import { sqsQueue } from './sqs-queue.ts';

const all: readonly ResourceProvider[] = [
  appsyncApi,
  appsyncChannelNamespace,
  customTrigger,
  dynamodbTable,
  glueRegistry,
  glueSchema,
  glueSchemaVersion,
  httpApi,
  httpApiAuthorizer,
  httpApiIntegration,
  httpApiRoute,
  httpApiStage,
  kinesisStream,
  lambdaEventSourceMapping,
  lambdaFunction,
  lambdaVersion,
  rdsDbCluster,
  s3Bucket,
  schedulerSchedule,
  secretsManagerSecret,
  secretTargetAttachment,
  sqsQueue,
];

/** Every type that is really deployed locally. */
export const providers: ReadonlyMap<string, ResourceProvider> = new Map(all.map((entry) => [entry.type, entry]));
