import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { EnvironmentName } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';

export interface TablesProps {
  readonly environment: EnvironmentName;
  readonly retainData: boolean;
}

/** What a list shows of an entry; a test compares it with `lambdas/shared/dead-letters/entry.ts`. */
const listed = [
  'source',
  'stream',
  'shard',
  'sequenceNumber',
  'via',
  'reason',
  'stage',
  'errorClass',
  'message',
  'schemaId',
  'correlationId',
  'arrivedAt',
  'failedAt',
  'takenInAt',
  'size',
  'attempts',
  'status',
  'expiresAt',
] as const;

export class Tables extends Construct {
  /** The latest event of each entity and subject. */
  readonly entityState: Table;
  /** What Powertools idempotency remembers of calls whose effect leaves the transaction. */
  readonly idempotency: Table;
  /** What was parked or given up, an entry per record. */
  readonly deadLetters: Table;
  /** What functions agree on while they run: holds, breakers, verdicts of the guard. */
  readonly controls: Table;

  constructor(scope: Construct, id: string, { environment, retainData }: TablesProps) {
    super(scope, id);
    const common = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    } satisfies Partial<TableProps>;
    this.entityState = new Table(this, 'EntityState', {
      ...common,
      tableName: physicalName(environment, 'entity-state'),
      partitionKey: { name: 'entity', type: AttributeType.STRING },
      sortKey: { name: 'subject', type: AttributeType.STRING },
    });
    this.idempotency = new Table(this, 'Idempotency', {
      ...common,
      tableName: physicalName(environment, 'idempotency'),
      partitionKey: { name: 'id', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiration',
    });
    this.deadLetters = new Table(this, 'DeadLetters', {
      ...common,
      tableName: physicalName(environment, 'dead-letters'),
      partitionKey: { name: 'id', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
    });
    // For lists by time. A key is a source and a day: a burst of one source then has a partition of its own, which takes
    // 1,000 writes a second. One write holds 1 KB: most entries put some 750 bytes here.
    // The longest message, 1,000 characters, makes that two writes, and four where each takes three bytes.
    this.deadLetters.addGlobalSecondaryIndex({
      indexName: 'by-source-and-day',
      partitionKey: { name: 'sourceDay', type: AttributeType.STRING },
      sortKey: { name: 'failedAtId', type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...listed], // never the bytes: every write of them would be paid twice
    });
    this.controls = new Table(this, 'Controls', {
      ...common,
      tableName: physicalName(environment, 'controls'),
      partitionKey: { name: 'id', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
    });
  }
}
