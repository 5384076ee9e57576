import type { IncomingHttpHeaders } from 'node:http';

/** A request to DynamoDB or SQS, as far as a fault chooses by it. */
export interface AwsRequest {
  /** Of the function instance it comes from; undefined for anybody else. */
  readonly instance: string | undefined;
  /** `PutItem`, `SendMessageBatch`; empty for what names none. */
  readonly operation: string;
  /** Name of the table or queue; undefined where the request names none. */
  readonly resource: string | undefined;
}

const parsed = (body: Buffer): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    return {}; // the service will say so
  }
};

/** The instance's id, the end of a UUID; tools of the function may have put more behind it. */
const applicationId = /(?:^|\s)app\/([\da-f]{12})(?![\da-f])/;

/** Reads what the SDK says of itself (`AWS_SDK_UA_APP_ID`), and the JSON protocols of both services. */
export const readAwsRequest = (headers: IncomingHttpHeaders, body: Buffer): AwsRequest => {
  const [, instance] = applicationId.exec(headers['user-agent'] ?? '') ?? [];
  const target = headers['x-amz-target'];
  const operation = typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : '';
  const { TableName: table, QueueUrl: url } = parsed(body);
  const resource =
    typeof table === 'string' ? table : typeof url === 'string' ? url.slice(url.lastIndexOf('/') + 1) : undefined;
  return { instance, operation, resource };
};
