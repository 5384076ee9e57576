import { hash } from 'node:crypto';

/** Of the bytes of a record, to compare them with those of a dead letter. */
export const digestOf = (bytes: Uint8Array): string => hash('sha256', bytes);
