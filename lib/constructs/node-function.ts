import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface NodeFunctionProps {
  /** Physical name: `millrace-<env>-<capability>-<what>`. */
  readonly name: string;
  /** Path under `lambdas/`, such as `enrichment/enrich-events.handler.ts`. */
  readonly handler: string;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
  readonly memoryMb: number;
  readonly timeout: Duration;
  /** Most instances at once. Required: what is not reserved can starve what is. */
  readonly reservedConcurrency: number;
  readonly logRetentionDays: number;
  readonly commandHooks?: BundlingOptions['commandHooks'];
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** CommonJS dependencies inside an ESM bundle still call `require`. */
const banner = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`;

/** A function as all of ours are: Node 24 on arm64, an ESM bundle with everything in it, in isolated subnets. */
export class NodeFunction extends Construct {
  readonly function: NodejsFunction;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${props.name}`,
      retention: props.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new NodejsFunction(this, 'Function', {
      functionName: props.name,
      description: props.description,
      entry: `${root}lambdas/${props.handler}`,
      depsLockFilePath: `${root}package-lock.json`,
      projectRoot: root,
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      reservedConcurrentExecutions: props.reservedConcurrency,
      tracing: Tracing.DISABLED, // isolated subnets have no endpoint for it; traceparent travels in the events
      logGroup,
      vpc: props.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [props.securityGroup],
      environment: {
        ...props.environment,
        // Node runtimes trust Amazon's own authorities, RDS's among them, only when told to (Lambda guide, Node.js).
        NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
      },
      awsSdkConnectionReuse: false, // a variable for version 2 of the SDK
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        minify: true,
        sourceMap: false,
        externalModules: [], // the SDK too: what was tested is what runs
        banner,
        ...(props.commandHooks ? { commandHooks: props.commandHooks } : {}),
      },
    });
    acknowledge(this.function, {
      'Serverless-LambdaDLQ':
        'Not invoked asynchronously by events: a mapping, a trigger or a repeated schedule calls it, and each tries again.',
      'Serverless-LambdaTracing': 'Isolated subnets have no way to X-Ray; events carry their traceparent.',
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
        'Writes its own log; the managed policy is what Lambda documents for that.',
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole]':
        'A function in a VPC manages its network interfaces; the managed policy is what Lambda documents for that.',
    });
  }
}
