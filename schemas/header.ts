import type { AvroRecord, AvroType } from './avro-type.ts';
import { joinPath, type Fault } from './fault.ts';

const name = 'header';

const headerOf = (type: AvroType): AvroRecord | undefined => {
  const header = type.kind === 'record' ? type.fields.find((field) => field.name === name)?.type : undefined;
  return header?.kind === 'record' ? header : undefined;
};

const gone = (path: string): Fault => ({
  rule: 'decoder',
  path,
  older: 'it',
  newer: 'nothing',
  wayOut: 'every event has it: leave it',
});

/** Avro lets a field go; the platform reads every event's header, so nothing in that may go. */
export const headerFaults = (newer: AvroType, older: AvroType): readonly Fault[] => {
  const before = headerOf(older);
  if (!before) return [];
  const after = headerOf(newer);
  if (!after) return [gone(name)];
  const kept = new Set(after.fields.map((field) => field.name));
  return before.fields.filter((field) => !kept.has(field.name)).map((field) => gone(joinPath(name, field.name)));
};
