import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Architecture, type Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { PolicyStatement, type PolicyStatementProps, type Role } from 'aws-cdk-lib/aws-iam';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Network, Placement, Reachable } from '../foundation/network.ts';
import { acknowledge, wildcardFinding } from './acknowledge.ts';
import { createFunctionRole } from './function-role.ts';

export interface NodeFunctionProps {
  /** The function's name in the account. */
  readonly name: string;
  /** What it does, in one sentence. */
  readonly purpose: string;
  /** Path of its `*.handler.ts`, from the root of the project. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Instances at most: an upper bound for what it does to the database, and kept free for it. */
  readonly reservedConcurrency: number;
  readonly logDays: RetentionDays;
  readonly network: Network;
  /** Where it stands; not said, in the isolated subnets. */
  readonly placement?: Placement;
  /** AWS services it speaks to: every way is listed. The database is granted by the database. */
  readonly reaches: readonly Reachable[];
  /** A folder of the project that is put beside the bundle. */
  readonly folder?: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Functions of the same handler give the same options, and CDK then bundles once. */
const bundling = (folder: string | undefined): BundlingOptions => ({
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  // With the SDK: what was tested is what runs.
  externalModules: [],
  // Names stay, because stack traces and the errorClass of dead letters are made of them.
  esbuildArgs: { '--minify-whitespace': true, '--minify-syntax': true },
  // CommonJS dependencies call require; under a name that no bundled module declares.
  banner: "import{createRequire as bannerRequire}from'node:module';const require=bannerRequire(import.meta.url);",
  ...(folder === undefined
    ? {}
    : {
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (from: string, to: string) => [`cp -R "${from}/${folder}" "${to}/${folder}"`],
        },
      }),
});

/** A Lambda function of ours: from one `*.handler.ts`, in the network, with a role and a log of its own. */
export class NodeFunction extends Construct {
  readonly function: LambdaFunction;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { name, network } = props;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${name}`,
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: `${name} reaches only what is listed here`,
      allowAllOutbound: false,
    });
    this.#role = createFunctionRole(this, name, logGroup);
    this.function = new NodejsFunction(this, 'Function', {
      functionName: name,
      description: props.purpose,
      entry: `${root}${props.handler}`,
      projectRoot: root,
      depsLockFilePath: `${root}package-lock.json`,
      bundling: bundling(props.folder),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      awsSdkConnectionReuse: false, // the SDK does so by itself; the variable is for its second version
      role: this.#role,
      logGroup,
      vpc: network.vpc,
      vpcSubnets: network.subnetsFor(props.placement ?? 'isolated', props.reaches),
      securityGroups: [securityGroup],
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      reservedConcurrentExecutions: props.reservedConcurrency,
      tracing: Tracing.DISABLED,
      environment: {
        // Where Lambda's Node runtimes keep the certificate authorities of RDS.
        NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
        ...props.environment,
      },
    });
    network.allow(this.function, props.reaches);
    acknowledge(this.function, {
      'Serverless-LambdaDLQ':
        'A mapping, a trigger, a schedule, an API or a person calls it: each tries again, and no event could be lost.',
      'Serverless-LambdaTracing':
        'X-Ray has no endpoint in the isolated network; records carry a traceparent, logs a correlation id.',
    });
  }
  /**
   * Lets the function do something that no grant of the library says exactly.
   * @param why - the reason for every resource with a wildcard; without it such a resource fails the synthesis
   */
  permit(statement: PolicyStatementProps & { readonly resources: string[] }, why?: string): void {
    this.#role.addToPolicy(new PolicyStatement(statement));
    if (why === undefined) return;
    const wide = statement.resources.filter((resource) => resource.includes('*'));
    const findings = wide.map((resource) => [wildcardFinding(resource), why]);
    acknowledge(this.#role.node.findChild('DefaultPolicy'), Object.fromEntries(findings));
  }
}
