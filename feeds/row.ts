/** Reading the fields of one row of a recording. Messages name the field and what it must be; the caller adds the line. */
export type Row = Readonly<Record<string, unknown>>;

const wrong = (field: string, must: string, value: unknown): never => {
  throw new Error(value === undefined ? `"${field}" is missing: must be ${must}` : `"${field}" must be ${must}`);
};

/** @throws Error when the line is not one JSON object */
export const parseRow = (text: string): Row => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('is not JSON: a recording has one JSON object a line');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('is not a JSON object: a recording has one JSON object a line');
  }
  return value as Row;
};

export const textOf = (row: Row, field: string): string => {
  const value = row[field];
  // JSON can spell half of a surrogate pair; UTF-8, and so Avro, cannot.
  return typeof value === 'string' && value !== '' && value.isWellFormed() ? value : wrong(field, 'text', value);
};

/** Negative and zero included: whether a price may be zero is the pipeline's to say. */
export const numberOf = (row: Row, field: string): number => {
  const value = row[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : wrong(field, 'a number', value);
};

/** `avsc` writes a number below -2^52 as another one; of times that is the year 1827. */
const isWritable = (value: number): boolean => Number.isSafeInteger(value) && value >= -(2 ** 52);

export const wholeNumberOf = (row: Row, field: string): number => {
  const value = row[field];
  return typeof value === 'number' && isWritable(value) ? value : wrong(field, 'a whole number', value);
};

/** What `read` finds in a field, or null where the field is null or missing. */
export const optionalOf = <T>(row: Row, field: string, read: (row: Row, field: string) => T): T | null =>
  row[field] === null || row[field] === undefined ? null : read(row, field);

/** One of the keys of `choices`, as what it stands for. */
export const choiceOf = <T>(row: Row, field: string, choices: ReadonlyMap<string, T>): T => {
  const value = row[field];
  const found = typeof value === 'string' ? choices.get(value) : undefined;
  return found ?? wrong(field, `one of ${[...choices.keys()].map((key) => `"${key}"`).join(', ')}`, value);
};

const timestamp = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/** Date.parse takes the 30th of February for the 1st of March. */
const isDay = (date: string): boolean => {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(date);
};

/** A time in ISO 8601, as microseconds since the epoch. One without a zone is UTC; digits beyond microseconds are dropped. */
export const timeOf = (row: Row, field: string): number => {
  const value = row[field];
  const [, date = '', clock, fraction = '', zone = 'Z'] = (typeof value === 'string' && timestamp.exec(value)) || [];
  const milliseconds = Date.parse(`${date}T${clock}${zone}`);
  const micros = milliseconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
  return isDay(date) && isWritable(micros)
    ? micros
    : wrong(field, 'a time such as 2020-01-01T17:00:00.065 (UTC, or with a zone)', value);
};

/** Seconds since the epoch with fractions, as whole microseconds. */
export const epochSecondsOf = (row: Row, field: string): number => {
  const micros = Math.round(numberOf(row, field) * 1_000_000);
  return isWritable(micros) ? micros : wrong(field, 'seconds since the epoch', row[field]);
};
