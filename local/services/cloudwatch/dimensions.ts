import * as z from 'zod';

/** Dimensions as the API writes them; inside we keep them as a record. */
export const Dimensions = z.array(z.strictObject({ Name: z.string(), Value: z.string() }));

export const toRecord = (dimensions: z.infer<typeof Dimensions> = []): Record<string, string> =>
  Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));

export const fromRecord = (dimensions: Readonly<Record<string, string>>): z.infer<typeof Dimensions> =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
