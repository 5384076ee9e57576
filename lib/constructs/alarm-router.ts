import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type Runbook, runbookPath } from '../config/runbooks.ts';

export interface AlarmRouterProps {
  /** Of the topic, in the account. */
  readonly name: string;
  /** E-mail addresses; each confirms once. */
  readonly recipients: readonly string[];
}

/** When to alarm; `below` also where there is no data at all, because what should report does not. */
export type AlarmLimit = { readonly above: number } | { readonly below: number };

interface AlarmTexts {
  /** `millrace-<env>-<capability>-<what>-<symptom>`. */
  readonly name: string;
  readonly metric: IMetric;
  /** Of that many periods of the metric, one after the other. */
  readonly periods: number;
  /** Who notices, in one sentence; opens the alarm's text. */
  readonly impact: string;
  readonly runbook: Runbook;
}

export type AlarmProps = AlarmTexts & AlarmLimit;

/** Decides who is told of alarms; what raises one only says what is wrong. */
export class AlarmRouter extends Construct {
  readonly #topic: Topic;

  constructor(scope: Construct, id: string, { name, recipients }: AlarmRouterProps) {
    super(scope, id);
    // CloudWatch cannot publish to a topic that is encrypted with AWS's own key.
    const key = new Key(this, 'Key', {
      description: `Encrypts ${name}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY, // it protects messages on their way, nothing that is kept
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'], // in a key's policy: this key
      }),
    );
    this.#topic = new Topic(this, 'Topic', { topicName: name, masterKey: key, enforceSSL: true });
    for (const address of recipients) this.#topic.addSubscription(new EmailSubscription(address));
  }

  /**
   * An alarm in the scope of what it watches. Above a limit, no data is no trouble: streams of quiet sources report nothing.
   */
  raise(scope: Construct, id: string, props: AlarmProps): Alarm {
    const alarm = new Alarm(scope, id, {
      alarmName: props.name,
      alarmDescription: `${props.impact} What to do: ${runbookPath(props.runbook)}`,
      metric: props.metric,
      evaluationPeriods: props.periods,
      ...('below' in props
        ? {
            threshold: props.below,
            comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
            treatMissingData: TreatMissingData.BREACHING,
          }
        : {
            threshold: props.above,
            comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
            treatMissingData: TreatMissingData.NOT_BREACHING,
          }),
    });
    const action = new SnsAction(this.#topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}
