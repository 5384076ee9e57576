import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { synthesized } from '../config/synthesized.ts';

/**
 * Logical ids of what keeps data. A changed id is, to CloudFormation, a new resource and the loss of the old one: where
 * this fails, move the construct back, or move the data first.
 */
const stateful = {
  DatabaseCluster5B53A178: 'AWS::RDS::DBCluster',
  DatabaseClusterWriterD43085C6: 'AWS::RDS::DBInstance',
  DeadLettersAccessLog9993CF21: 'AWS::S3::Bucket',
  DeadLettersGiveUpsB20EDF16: 'AWS::S3::Bucket',
  DeadLettersGivenUp89AD0995: 'AWS::SQS::Queue',
  DeadLettersGivenUpFailed25A18A59: 'AWS::SQS::Queue',
  DeadLettersParkedEE0CB46B: 'AWS::SQS::Queue',
  DeadLettersParkedFailed7A5EA832: 'AWS::SQS::Queue',
  SchemasRegistry000E509D: 'AWS::Glue::Registry',
  Schemasbroadcasteventv15B4CF5F0: 'AWS::Glue::Schema',
  Schemasmarketquotev1F4AAAB38: 'AWS::Glue::Schema',
  Schemasmarkettradev19B786B14: 'AWS::Glue::Schema',
  Schemassensorpositionv15C64BC2D: 'AWS::Glue::Schema',
  Schemassocialpostv10DFE8CAF: 'AWS::Glue::Schema',
  Streamsbroadcast09C6AE11: 'AWS::Kinesis::Stream',
  Streamsmarket3C3B1DC4: 'AWS::Kinesis::Stream',
  Streamssocial8213BD6E: 'AWS::Kinesis::Stream',
  StreamsstadiumsensorsED560A1E: 'AWS::Kinesis::Stream',
  TablesControls77208115: 'AWS::DynamoDB::Table',
  TablesDeadLetters9956AC4E: 'AWS::DynamoDB::Table',
  TablesEntityState84976EA7: 'AWS::DynamoDB::Table',
  TablesIdempotency498FF680: 'AWS::DynamoDB::Table',
  WakeQueue5E296058: 'AWS::SQS::Queue',
} as const;
const kinds: readonly string[] = [...new Set(Object.values(stateful)), 'AWS::Glue::SchemaVersion'];

describe.each(environmentNames)('the foundation of %s', (name) => {
  const environment = environmentNamed(name);
  const { retainData } = environment;
  const platform = synthesized(name);
  const all = (type: string) => {
    const found = platform.ofType(type).map(({ Properties }) => Properties);
    expect(found).not.toEqual([]);
    return found;
  };
  const one = (type: string) => {
    const [first, ...more] = all(type);
    expect(more).toEqual([]);
    return first;
  };
  const keeping = platform.resources.filter(
    ({ Type, logicalId }) => kinds.includes(Type) && !logicalId.startsWith('DatabaseClusterStandby'),
  );

  it('alone keeps data, under ids that never change', () => {
    expect(new Set(keeping.map(({ stack }) => stack))).toEqual(new Set(['foundation']));
    expect(Object.fromEntries(keeping.map(({ logicalId, Type }) => [logicalId, Type]))).toMatchObject(stateful);
  });

  it('keeps nothing that is not pinned above, unless a source has just brought it', () => {
    const ofNewSource = /^(Streams|Schemas)/;
    const unpinned = keeping.map(({ logicalId }) => logicalId).filter((id) => !(id in stateful));
    expect(unpinned.filter((id) => !ofNewSource.test(id))).toEqual([]);
  });

  it(`${retainData ? 'keeps' : 'does not keep'} its data when a stack goes`, () => {
    const wanted = retainData ? 'Retain' : 'Delete';
    // An instance holds no data of its own: the cluster does.
    for (const { DeletionPolicy, Type } of keeping.filter((resource) => resource.Type !== 'AWS::RDS::DBInstance')) {
      expect([Type, DeletionPolicy]).toEqual([Type, wanted]);
    }
    expect(platform.stacks[0]?.terminationProtection).toBe(retainData);
    expect(one('AWS::RDS::DBCluster').DeletionProtection).toBe(retainData);
    for (const { Properties } of platform.ofType('AWS::DynamoDB::Table')) {
      expect(Properties.DeletionProtectionEnabled).toBe(retainData);
    }
  });

  it('encrypts everything that keeps data', () => {
    expect(one('AWS::RDS::DBCluster').StorageEncrypted).toBe(true);
    for (const { StreamEncryption } of all('AWS::Kinesis::Stream'))
      expect(StreamEncryption).toEqual({ EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });
    for (const { SqsManagedSseEnabled } of all('AWS::SQS::Queue')) expect(SqsManagedSseEnabled).toBe(true);
    for (const { Properties } of platform.ofType('AWS::DynamoDB::Table')) {
      expect(Properties.SSESpecification).toEqual({ SSEEnabled: true });
    }
    for (const { Properties } of platform.ofType('AWS::S3::Bucket')) {
      const [rule] = Properties.BucketEncryption.ServerSideEncryptionConfiguration;
      expect(rule.ServerSideEncryptionByDefault.SSEAlgorithm).toBe('AES256');
    }
    expect(one('AWS::SNS::Topic').KmsMasterKeyId).toBeDefined();
  });

  it.each(['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy'])(
    'refuses whoever comes without TLS: %s',
    (type) => {
      for (const { Properties } of platform.ofType(type)) {
        expect(Properties.PolicyDocument.Statement).toContainEqual(
          expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        );
      }
    },
  );

  it('lets no one into the database without TLS, and functions only as IAM users', () => {
    expect(one('AWS::RDS::DBClusterParameterGroup').Parameters).toEqual({
      'rds.force_ssl': '1',
      max_connections: String(environment.database.connections),
    });
    expect(one('AWS::RDS::DBCluster').EnableIAMDatabaseAuthentication).toBe(true);
  });

  it('has a database as its environment says', () => {
    const cluster = one('AWS::RDS::DBCluster');
    expect(cluster).toMatchObject({
      Engine: 'aurora-postgresql',
      DatabaseName: 'millrace',
      BackupRetentionPeriod: environment.database.backupDays,
      ServerlessV2ScalingConfiguration: {
        MinCapacity: environment.database.minCapacity,
        MaxCapacity: environment.database.maxCapacity,
      },
    });
    const instances = platform.ofType('AWS::RDS::DBInstance');
    expect(instances).toHaveLength(1 + environment.database.standbys);
    for (const { Properties } of instances) expect(Properties.PubliclyAccessible).toBe(false);
  });

  it('puts a proxy in front of the database only where the environment says so', () => {
    const proxies = platform.resources.filter(({ Type }) => Type === 'AWS::RDS::DBProxy');
    expect(proxies).toHaveLength(environment.database.proxy ? 1 : 0);
    for (const { Properties } of proxies) {
      expect(Properties).toMatchObject({ RequireTLS: true, DefaultAuthScheme: 'IAM_AUTH', EngineFamily: 'POSTGRESQL' });
      expect(Properties.Auth).toBeUndefined();
    }
  });

  it('has tables for the latest states and for idempotency, with their history', () => {
    const tables = platform.ofType('AWS::DynamoDB::Table').map(({ Properties }) => Properties);
    expect(tables.map(({ TableName }) => TableName)).toEqual([
      `millrace-${name}-entity-state`,
      `millrace-${name}-idempotency`,
      `millrace-${name}-dead-letters`,
      `millrace-${name}-controls`,
    ]);
    expect(tables[0].KeySchema).toEqual([
      { AttributeName: 'entity', KeyType: 'HASH' },
      { AttributeName: 'subject', KeyType: 'RANGE' },
    ]);
    expect(tables[1].KeySchema).toEqual([{ AttributeName: 'id', KeyType: 'HASH' }]);
    expect(tables[1].TimeToLiveSpecification).toEqual({ AttributeName: 'expiration', Enabled: true });
    expect(tables[3].KeySchema).toEqual([{ AttributeName: 'id', KeyType: 'HASH' }]);
    expect(tables[3].TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    for (const table of tables) {
      expect(table.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      expect(table.BillingMode).toBe('PAY_PER_REQUEST');
    }
  });

  it('keeps give-ups and large bytes for 90 days or more', () => {
    for (const { Properties } of platform.ofType('AWS::S3::Bucket')) {
      const [rule] = Properties.LifecycleConfiguration.Rules;
      expect(rule.ExpirationInDays).toBeGreaterThanOrEqual(90);
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    }
    expect(Object.keys(platform.stacks[0]?.outputs ?? {})).toContain('GiveUpsBucketName');
  });

  it('runs the migrations after the database, its network and the function’s rights', () => {
    const [trigger] = platform.ofType('Custom::Trigger');
    expect(trigger?.Properties).toMatchObject({ InvocationType: 'RequestResponse', ExecuteOnHandlerChange: true });
    const needed = ['AWS::RDS::DBInstance', 'AWS::EC2::VPCEndpoint', 'AWS::SecretsManager::SecretTargetAttachment'];
    const before = platform.resources.filter(({ Type, stack }) => stack === 'foundation' && needed.includes(Type));
    expect(before.length).toBeGreaterThanOrEqual(needed.length);
    for (const { logicalId } of before) expect(trigger?.DependsOn).toContain(logicalId);
  });

  it('makes one database user for each function that connects', () => {
    const variables = platform
      .ofType('AWS::Lambda::Function')
      .map(({ Properties }) => (Properties.Environment?.Variables ?? {}) as Record<string, string>);
    const users = variables.flatMap(({ DATABASE_USER }) => DATABASE_USER ?? []);
    expect(new Set(users).size).toBe(users.length);
    const [made, ...more] = variables.flatMap(({ DATABASE_USERS }) => DATABASE_USERS ?? []);
    expect(more).toEqual([]);
    expect(
      made
        ?.split(',')
        .map((pair) => pair.replace(/=.*/, ''))
        .sort(),
    ).toEqual(users.sort());
  });
});
