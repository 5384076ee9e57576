/** Where the queue of an ARN is in this run: a kept data folder may remember the port of an earlier one. */
export const queueUrl = (endpoint: string, arn: string): string => {
  const [, , , , account, name] = arn.split(':');
  return `${endpoint}/${account}/${name}`;
};
