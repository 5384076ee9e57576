import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

export interface TablesProps {
  /** `millrace-<env>` */
  readonly prefix: string;
  readonly retainData: boolean;
}

/** The DynamoDB tables; on demand, with point-in-time recovery. */
export class Tables extends Construct {
  /** Latest state per entity and subject. */
  readonly entityState: Table;
  /** What has been done once and must not be done twice (Powertools). */
  readonly idempotency: Table;

  constructor(scope: Construct, id: string, { prefix, retainData }: TablesProps) {
    super(scope, id);
    const common = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    };
    this.entityState = new Table(this, 'EntityState', {
      ...common,
      tableName: `${prefix}-entity-state`,
      partitionKey: { name: 'entity', type: AttributeType.STRING },
      sortKey: { name: 'subject', type: AttributeType.STRING },
    });
    this.idempotency = new Table(this, 'Idempotency', {
      ...common,
      tableName: `${prefix}-idempotency`,
      partitionKey: { name: 'id', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiration',
    });
  }
}
