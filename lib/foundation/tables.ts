import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { EnvironmentName } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';

export interface TablesProps {
  readonly environment: EnvironmentName;
  readonly retainData: boolean;
}

export class Tables extends Construct {
  /** The latest event of each entity and subject. */
  readonly entityState: Table;
  /** What Powertools idempotency remembers of calls whose effect leaves the transaction. */
  readonly idempotency: Table;

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
  }
}
