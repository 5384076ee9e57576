/**
 * The object that Lambda puts into the bucket, as the text that AWS writes: the documented one, with the answers and
 * conditions that were recorded from AWS. Nothing of it comes from what our own poller writes.
 * @param responseContext - JSON; without one AWS leaves the field out
 */
export const awsGiveUp =
  (condition: string, responseContext?: string) =>
  (stream: string): string =>
    [
      '{"requestContext":{"requestId":"c9b8fa9f-5a7f-4c1e-af9c-0c604cde93a5",',
      '"functionArn":"arn:aws:lambda:eu-west-1:123456789012:function:millrace-test-enrichment-market",',
      `"condition":"${condition}","approximateInvokeCount":4},`,
      responseContext === undefined ? '' : `"responseContext":${responseContext},`,
      '"version":"1.0","timestamp":"2026-11-21T08:05:06.021Z",',
      '"KinesisBatchInfo":{"shardId":"shardId-000000000000",',
      '"startSequenceNumber":"49601189658422359378836298521827638475320189012309704722",',
      '"endSequenceNumber":"49601189658422359378836298521827638475320189012309704722",',
      '"approximateArrivalOfFirstRecord":"2026-11-21T08:00:04.835Z",',
      '"approximateArrivalOfLastRecord":"2026-11-21T08:00:04.835Z",',
      `"batchSize":1,"streamArn":"arn:aws:kinesis:eu-west-1:123456789012:stream/${stream}"},`,
      String.raw`"payload":"{\"Records\":[{\"kinesis\":{\"kinesisSchemaVersion\":\"1.0\",\"partitionKey\":\"test\",`,
      String.raw`\"sequenceNumber\":\"49601189658422359378836298521827638475320189012309704722\",\"data\":\"aGVsbG8=\",`,
      String.raw`\"approximateArrivalTimestamp\":1795248004.835},\"eventSource\":\"aws:kinesis\",\"eventVersion\":\"1.0\",`,
      String.raw`\"eventID\":\"shardId-000000000000:49601189658422359378836298521827638475320189012309704722\",`,
      String.raw`\"eventName\":\"aws:kinesis:record\",\"awsRegion\":\"eu-west-1\",`,
      String.raw`\"invokeIdentityArn\":\"arn:aws:iam::123456789012:role/millrace\",`,
      String.raw`\"eventSourceARN\":\"arn:aws:kinesis:eu-west-1:123456789012:stream/${stream}\"}]}"}`,
    ].join('');
