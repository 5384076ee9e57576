import { BucketAlreadyExists, BucketAlreadyOwnedByYou, CreateBucketCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { physicalName, provider } from './provider.ts';

const Properties = z.strictObject({ BucketName: z.optional(z.string()) });

export const s3Bucket = provider('AWS::S3::Bucket', Properties, async ({ BucketName }, { clients, world, place }) => {
  const name = BucketName ?? physicalName(place, 63).toLowerCase();
  try {
    await clients.s3.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    // All buckets of a data folder are ours.
    if (!(error instanceof BucketAlreadyOwnedByYou) && !(error instanceof BucketAlreadyExists)) throw error;
  }
  return {
    ref: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${world.region}.amazonaws.com`,
    },
  };
});
