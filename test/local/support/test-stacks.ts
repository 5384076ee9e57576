import { readAssembly } from '../../../local/cloud-assembly.ts';
import { deployAssembly, type Deployed } from '../../../local/template/deploy-assembly.ts';
import { ASSET_KEY, writeAssembly, type TestStack } from './test-assembly.ts';
import { temporaryFolder, type TestWorld } from './test-world.ts';

export const definition = (...fields: readonly string[]): string =>
  JSON.stringify({
    type: 'record',
    name: 'Quote',
    fields: fields.map((name) => ({ name, type: 'double', default: 0 })),
  });

/** One of everything the local run deploys that keeps data. */
export const foundation: TestStack = {
  Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk' } },
  Conditions: { Never: { 'Fn::Equals': [1, 2] }, Always: { 'Fn::Not': [{ Condition: 'Never' }] } },
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Stream: {
      Type: 'AWS::Kinesis::Stream',
      Properties: {
        Name: 'quotes',
        ShardCount: 2,
        RetentionPeriodHours: 48,
        StreamModeDetails: { StreamMode: 'PROVISIONED' },
        StreamEncryption: { 'Fn::If': ['Never', { Ref: 'AWS::NoValue' }, { EncryptionType: 'KMS' }] },
      },
    },
    State: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'state',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'entity', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'entity', AttributeType: 'S' }],
        TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true },
      },
    },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: '1209600' } },
    Parked: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'parked',
        VisibilityTimeout: 33,
        SqsManagedSseEnabled: true,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 5 },
      },
    },
    GiveUps: { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: 'Enabled' } } },
    LeftOut: { Type: 'AWS::S3::Bucket', Condition: 'Never' },
    Registry: { Type: 'AWS::Glue::Registry', Properties: { Name: 'events' } },
    Quote: {
      Type: 'AWS::Glue::Schema',
      Properties: {
        Name: 'quote',
        DataFormat: 'AVRO',
        Compatibility: 'BACKWARD',
        SchemaDefinition: definition('bid'),
        Registry: { Arn: { 'Fn::GetAtt': ['Registry', 'Arn'] } },
      },
    },
    QuoteV2: {
      Type: 'AWS::Glue::SchemaVersion',
      Properties: { Schema: { SchemaArn: { Ref: 'Quote' } }, SchemaDefinition: definition('bid', 'ask') },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    },
    DatabaseSecret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        GenerateSecretString: {
          SecretStringTemplate: '{"username":"owner"}',
          GenerateStringKey: 'password',
          PasswordLength: 20,
          ExcludePunctuation: true,
        },
      },
    },
    Attachment: {
      Type: 'AWS::SecretsManager::SecretTargetAttachment',
      Properties: { SecretId: { Ref: 'DatabaseSecret' }, TargetId: 'database', TargetType: 'AWS::RDS::DBCluster' },
    },
  },
  Outputs: {
    StreamArn: { Value: { 'Fn::GetAtt': ['Stream', 'Arn'] }, Export: { Name: 'stream-arn' } },
    ParkedUrl: { Value: { Ref: 'Parked' } },
    SchemaIds: {
      Value: {
        'Fn::Join': [
          ',',
          [
            { 'Fn::Join': ['=', ['quote:1', { 'Fn::GetAtt': ['Quote', 'InitialSchemaVersionId'] }]] },
            { 'Fn::Join': ['=', ['quote:2', { 'Fn::GetAtt': ['QuoteV2', 'VersionId'] }]] },
          ],
        ],
      },
    },
    BucketArn: { Value: { 'Fn::GetAtt': ['GiveUps', 'Arn'] } },
    Bucket: { Value: { Ref: 'GiveUps' }, Condition: 'Always' },
    Gone: { Value: { Ref: 'LeftOut' }, Condition: 'Never' },
    Secret: { Value: { Ref: 'DatabaseSecret' } },
  },
};

const fromFoundation = (OutputName: string) => ({
  'Fn::GetStackOutput': { StackName: 'foundation', OutputName, Region: { Ref: 'AWS::Region' } },
});
export const code = { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: ASSET_KEY };
export const runtime = `nodejs${process.versions.node.split('.')[0]}.x`;

/** A reader of the foundation, with one of everything that runs. */
export const enrichment: TestStack = {
  Resources: {
    Role: { Type: 'AWS::IAM::Role' },
    Enrich: {
      Type: 'AWS::Lambda::Function',
      DependsOn: 'Role',
      Properties: {
        FunctionName: 'enrich',
        Code: code,
        Handler: 'index.handler',
        Runtime: runtime,
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Timeout: 30,
        MemorySize: 512,
        ReservedConcurrentExecutions: 4,
        Environment: {
          Variables: {
            QUEUE_URL: fromFoundation('ParkedUrl'),
            LIMIT: 5,
            OWNER: {
              'Fn::Join': ['', ['{{resolve:secretsmanager:', fromFoundation('Secret'), ':SecretString:username::}}']],
            },
          },
        },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Enrich' },
        EventSourceArn: { 'Fn::ImportValue': 'stream-arn' },
        BatchSize: 500,
        MaximumBatchingWindowInSeconds: 1,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 10,
        MaximumRecordAgeInSeconds: 3600,
        ParallelizationFactor: 2,
        StartingPosition: 'TRIM_HORIZON',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        DestinationConfig: { OnFailure: { Destination: fromFoundation('BucketArn') } },
        MetricsConfig: { Metrics: ['EventCount'] },
      },
    },
    Plain: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: code, Handler: 'index.handler', Runtime: runtime },
    },
    PlainMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Plain' },
        EventSourceArn: { 'Fn::ImportValue': 'stream-arn' },
        StartingPosition: 'LATEST',
      },
    },
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Enrich' } } },
    ProviderFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: code, Handler: '__entrypoint__.handler', Runtime: 'nodejs18.x' },
    },
    Trigger: {
      Type: 'Custom::Trigger',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['ProviderFunction', 'Arn'] },
        HandlerArn: { Ref: 'Version' },
        InvocationType: 'RequestResponse',
        Timeout: '120000',
        ExecuteOnHandlerChange: true,
      },
    },
    Daily: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'daily',
        ScheduleExpression: 'rate(1 day)',
        ScheduleExpressionTimezone: 'Etc/UTC',
        State: 'ENABLED',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: { 'Fn::GetAtt': ['Enrich', 'Arn'] },
          RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
          RetryPolicy: { MaximumRetryAttempts: 185 },
        },
      },
    },
  },
};

/** Writes the stacks as an assembly and deploys it. */
export const deployStacks = async (
  world: TestWorld,
  stacks: Readonly<Record<string, TestStack>>,
): Promise<Deployed> => {
  const folder = await temporaryFolder();
  try {
    return await deployAssembly(await readAssembly(await writeAssembly(folder.path, stacks)), world.world);
  } finally {
    await folder.remove();
  }
};
