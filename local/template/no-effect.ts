/** A type that a local run accepts and does nothing for. Text in braces: `{name}`, or a property of the resource. */
export interface NoEffectType {
  readonly reason: string;
  /** The property that names the resource; without it (or when it is not given) the name is made up. */
  readonly nameProperty?: string;
  /** What `Ref` gives; the name when not said. */
  readonly ref?: string;
  /** What `Fn::GetAtt` gives. An attribute that is not here fails the deploy: it could have an effect. */
  readonly attributes?: Readonly<Record<string, string>>;
}

const network = 'Every local process shares the loopback interface; there is no network to build.';
const permissions = 'Nothing checks IAM locally; cdk-nag and the template tests do.';
const keys = 'Local services do not encrypt at rest; the data folder is the developer’s own.';
const logs = 'Functions print to <data folder>/logs.';
const alarms = 'Alarms are not evaluated locally yet; metrics are kept, see local/services/cloudwatch.';

/** Types without a local effect, each with its reason: the whole list. */
export const noEffectTypes: Readonly<Record<string, NoEffectType>> = {
  'AWS::CDK::Metadata': { reason: 'Usage data for the CDK team.' },
  'AWS::CloudWatch::Alarm': {
    reason: alarms,
    nameProperty: 'AlarmName',
    attributes: { Arn: 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:{name}' },
  },
  'AWS::CloudWatch::CompositeAlarm': {
    reason: alarms,
    nameProperty: 'AlarmName',
    attributes: { Arn: 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:{name}' },
  },
  'AWS::CloudWatch::Dashboard': { reason: 'Nothing draws dashboards locally.', nameProperty: 'DashboardName' },
  'AWS::EC2::EIP': { reason: network, attributes: { AllocationId: '{name}', PublicIp: '192.0.2.1' } },
  'AWS::EC2::FlowLog': { reason: network },
  'AWS::EC2::InternetGateway': { reason: network, attributes: { InternetGatewayId: '{name}' } },
  'AWS::EC2::NatGateway': { reason: network, attributes: { NatGatewayId: '{name}' } },
  'AWS::EC2::Route': { reason: network },
  'AWS::EC2::RouteTable': { reason: network, attributes: { RouteTableId: '{name}' } },
  'AWS::EC2::SecurityGroup': { reason: network, attributes: { GroupId: '{name}', VpcId: '{VpcId}' } },
  'AWS::EC2::SecurityGroupEgress': { reason: network },
  'AWS::EC2::SecurityGroupIngress': { reason: network },
  'AWS::EC2::Subnet': { reason: network, attributes: { SubnetId: '{name}', AvailabilityZone: '{AvailabilityZone}' } },
  'AWS::EC2::SubnetRouteTableAssociation': { reason: network },
  'AWS::EC2::VPC': { reason: network, attributes: { VpcId: '{name}', CidrBlock: '{CidrBlock}' } },
  'AWS::EC2::VPCGatewayAttachment': { reason: network },
  'AWS::EC2::VPCEndpoint': { reason: network, attributes: { Id: '{name}' } },
  'AWS::IAM::ManagedPolicy': {
    reason: permissions,
    nameProperty: 'ManagedPolicyName',
    ref: 'arn:aws:iam::000000000000:policy/{name}',
  },
  'AWS::IAM::Policy': { reason: permissions, nameProperty: 'PolicyName' },
  'AWS::IAM::Role': {
    reason: permissions,
    nameProperty: 'RoleName',
    attributes: { Arn: 'arn:aws:iam::000000000000:role/{name}' },
  },
  'AWS::KMS::Alias': { reason: keys, nameProperty: 'AliasName' },
  'AWS::KMS::Key': {
    reason: keys,
    attributes: { Arn: 'arn:aws:kms:eu-west-1:000000000000:key/{name}', KeyId: '{name}' },
  },
  'AWS::Lambda::EventInvokeConfig': {
    reason:
      'Local functions are invoked synchronously; the local Scheduler calls a failing one three times all the same.',
  },
  'AWS::Lambda::Permission': { reason: permissions },
  'AWS::Logs::LogGroup': {
    reason: logs,
    nameProperty: 'LogGroupName',
    attributes: { Arn: 'arn:aws:logs:eu-west-1:000000000000:log-group:{name}:*' },
  },
  'AWS::Logs::ResourcePolicy': { reason: permissions },
  'AWS::RDS::DBClusterParameterGroup': { reason: 'The local PostgreSQL has its own settings.' },
  'AWS::RDS::DBInstance': { reason: 'One local server stands for all instances of the cluster.' },
  'AWS::RDS::DBSubnetGroup': { reason: network },
  'AWS::S3::BucketPolicy': { reason: permissions },
  'AWS::SecretsManager::ResourcePolicy': { reason: permissions },
  'AWS::SecretsManager::RotationSchedule': { reason: 'A local secret lives as long as its data folder.' },
  'AWS::SNS::Topic': {
    reason: 'Only alarms publish to topics, and alarms are not evaluated locally yet.',
    nameProperty: 'TopicName',
    ref: 'arn:aws:sns:eu-west-1:000000000000:{name}',
    attributes: { TopicName: '{name}', TopicArn: 'arn:aws:sns:eu-west-1:000000000000:{name}' },
  },
  'AWS::SNS::Subscription': { reason: 'See AWS::SNS::Topic.' },
  'AWS::SNS::TopicPolicy': { reason: permissions },
  'AWS::SQS::QueuePolicy': { reason: permissions },
};

/** A Lambda function that only serves as a custom resource's provider: our provider of that type stands for it. */
export const customResourceFunction: NoEffectType = {
  reason: 'The local provider of the custom type does the work; the AWS function talks to CloudFormation.',
  nameProperty: 'FunctionName',
  attributes: { Arn: 'arn:aws:lambda:eu-west-1:000000000000:function:{name}' },
};

const tags = 'Nothing is billed or searched by tag locally.';
const encryption = keys;
const removal = 'A local run never deletes what it deployed; the data folder is thrown away as a whole.';

/** Properties of really deployed types without a local effect, dotted when nested, each with its reason: the whole list. */
export const noEffectProperties: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::ApiGatewayV2::Api': {
    Description: 'Text for readers.',
    DisableExecuteApiEndpoint: 'A local API has one address.',
    Tags: tags,
  },
  'AWS::ApiGatewayV2::Integration': { Description: 'Text for readers.' },
  'AWS::ApiGatewayV2::Stage': {
    AccessLogSettings: 'Nothing writes access logs locally.',
    DefaultRouteSettings: 'Requests are not throttled or measured locally.',
    Description: 'Text for readers.',
    Tags: tags,
  },
  'AWS::AppSync::Api': {
    'EventConfig.LogConfig': 'Publishers and subscribers are told what is wrong; nothing logs it beside.',
    OwnerContact: 'Text for readers.',
    Tags: tags,
  },
  'AWS::AppSync::ChannelNamespace': { Tags: tags },
  'AWS::DynamoDB::Table': {
    DeletionProtectionEnabled: removal,
    PointInTimeRecoverySpecification: 'The local DynamoDB keeps no history.',
    SSESpecification: encryption,
    Tags: tags,
    TimeToLiveSpecification:
      'The local DynamoDB never expires items, as AWS may not for days; readers look at the attribute themselves.',
  },
  'AWS::Glue::Registry': { Description: 'Text for readers.', Tags: tags },
  'AWS::Glue::Schema': {
    CheckpointVersion: 'Compatibility of versions is Glue’s to check, at deploy.',
    Description: 'Text for readers.',
    Tags: tags,
  },
  'AWS::Kinesis::Stream': { StreamEncryption: encryption, Tags: tags },
  'AWS::Lambda::EventSourceMapping': {
    MetricsConfig: 'The local poller always emits its metrics.',
    Tags: tags,
  },
  'AWS::Lambda::Function': {
    Architectures: 'The bundle is JavaScript: it runs on this machine’s processor.',
    Description: 'Text for readers.',
    EphemeralStorage: 'Functions write to no disk.',
    LoggingConfig: logs,
    Role: permissions,
    RecursiveLoop: 'No local event source can loop.',
    Tags: tags,
    TracingConfig: 'Nothing collects traces locally.',
    VpcConfig: network,
  },
  'AWS::Lambda::Version': { Description: 'Text for readers.' },
  'AWS::RDS::DBCluster': {
    BackupRetentionPeriod: 'The data folder is not backed up.',
    CopyTagsToSnapshot: tags,
    DBClusterParameterGroupName: 'The local PostgreSQL has its own settings.',
    DBSubnetGroupName: network,
    DatabaseInsightsMode: 'Nothing collects performance data locally.',
    DeletionProtection: removal,
    EnableCloudwatchLogsExports: 'The local PostgreSQL logs into its data folder.',
    EnableIAMDatabaseAuthentication:
      'Members of rds_iam connect over TLS without a check of their token: there is no IAM to ask.',
    KmsKeyId: encryption,
    MonitoringInterval: 'Nothing collects performance data locally.',
    MonitoringRoleArn: permissions,
    PerformanceInsightsEnabled: 'Nothing collects performance data locally.',
    PerformanceInsightsKmsKeyId: encryption,
    PerformanceInsightsRetentionPeriod: 'Nothing collects performance data locally.',
    Port: 'The system hands out the port; Endpoint.Port says which.',
    PreferredBackupWindow: 'The data folder is not backed up.',
    PreferredMaintenanceWindow: 'Nothing maintains the local PostgreSQL.',
    ServerlessV2ScalingConfiguration: 'The local PostgreSQL takes what the machine has.',
    StorageEncrypted: encryption,
    StorageType: 'The data folder is where the developer put it.',
    Tags: tags,
    VpcSecurityGroupIds: network,
  },
  'AWS::S3::Bucket': {
    BucketEncryption: encryption,
    LifecycleConfiguration: 'Objects stay as long as the data folder.',
    LoggingConfiguration: 'Nothing writes access logs locally.',
    ObjectLockEnabled: removal,
    ObjectLockConfiguration: removal,
    OwnershipControls: permissions,
    PublicAccessBlockConfiguration: permissions,
    Tags: tags,
    VersioningConfiguration: 'Objects are written once, under keys that are never used again.',
  },
  'AWS::SQS::Queue': {
    KmsMasterKeyId: encryption,
    RedriveAllowPolicy: permissions,
    SqsManagedSseEnabled: encryption,
    Tags: tags,
  },
  'AWS::Scheduler::Schedule': {
    Description: 'Text for readers.',
    'Target.DeadLetterConfig': 'A schedule that fails locally says so in the progress.',
    'Target.RetryPolicy': 'The local Scheduler calls a failing function three times, as Lambda does.',
    'Target.RoleArn': permissions,
  },
  'AWS::SecretsManager::Secret': { Description: 'Text for readers.', KmsKeyId: encryption, Tags: tags },
  'Custom::Trigger': {
    ExecuteOnHandlerChange: 'Every local deploy runs its triggers.',
    ServiceToken: 'The local provider of the type does the work.',
    Timeout: 'The function’s own timeout ends it.',
  },
};
