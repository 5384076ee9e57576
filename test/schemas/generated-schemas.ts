import fc from 'fast-check';

/** Numbers that decide, one after the other; zeros when they are used up, which is always the plainest choice. */
export interface Dice {
  readonly roll: (sides: number) => number;
}
const diceOf = (numbers: readonly number[]): Dice => {
  let at = 0;
  return { roll: (sides) => (numbers[at++] ?? 0) % sides };
};
const dice = fc.array(fc.nat(1_000), { minLength: 10, maxLength: 120 });

type Json = Record<string, unknown>;
export type Definition = string | Definition[] | (Json & { type: unknown });

const plain = ['string', 'int', 'long', 'float', 'double', 'bytes', 'boolean', 'null'];
const pick = <T>(options: readonly T[], { roll }: Dice): T => options[roll(options.length)] as T;

/** What a generator has named so far. */
interface Named {
  count: number;
  /** Enums and fixed, which may be used again by their name. */
  readonly again: string[];
  /** Records that are being made: one of these in itself is a list that has no end, which Avro allows. */
  readonly around: string[];
}

const makeType = (die: Dice, named: Named, depth: number): Definition => {
  const choice = die.roll(depth > 2 ? 12 : 19);
  if (choice < 8) return pick(plain, die);
  if (choice === 8) return { type: 'long', logicalType: pick(['timestamp-millis', 'timestamp-micros'], die) };
  if (choice === 9) return { type: 'bytes', logicalType: 'decimal', precision: 9, scale: die.roll(3) };
  if (choice === 10) return named.again.length > 0 ? pick(named.again, die) : 'string';
  if (choice === 11) return makeEnum(die, named);
  if (choice === 12) return makeFixed(die, named);
  if (choice === 13) return { type: 'array', items: makeType(die, named, depth + 1) };
  if (choice === 14) return { type: 'map', values: makeType(die, named, depth + 1) };
  if (choice === 15) return makeRecord(die, named, depth + 1);
  if (choice === 18) return ['null', named.around.at(-1) ?? 'string'];
  const branches: Definition[] = ['null', makeType(die, named, 3), makeType(die, named, 3)];
  return branches
    .slice(0, 2 + die.roll(2))
    .filter((branch, n, all) => !Array.isArray(branch) && !all.slice(0, n).includes(branch));
};

const newName = (named: Named): string => `T${(named.count += 1)}`;

const makeEnum = (die: Dice, named: Named): Definition => {
  const name = newName(named);
  named.again.push(name);
  const symbols = ['A', 'B', 'C', 'D'].slice(0, 1 + die.roll(4));
  return { type: 'enum', name, symbols, ...(die.roll(3) === 0 ? { default: symbols[0] } : {}) };
};

const makeFixed = (die: Dice, named: Named): Definition => {
  const name = newName(named);
  named.again.push(name);
  return { type: 'fixed', name, size: 1 + die.roll(3) };
};

const makeRecord = (die: Dice, named: Named, depth: number): Definition => {
  const name = newName(named);
  named.around.push(name);
  const names = ['a', 'b', 'c', 'd', 'e'].slice(0, 1 + die.roll(5));
  const fields = names.map((field) => makeField(field, die, named, depth));
  named.around.pop();
  return { type: 'record', name, ...(die.roll(3) === 0 ? { namespace: 'n' } : {}), fields };
};

const makeField = (name: string, die: Dice, named: Named, depth: number): Json => {
  const type = makeType(die, named, depth);
  const fallback = defaultFor(type, die);
  return { name, type, ...(die.roll(2) === 0 && fallback !== undefined ? { default: fallback } : {}) };
};

/** A default of the type, seldom one of another; undefined where it takes more than this knows. */
const defaultFor = (type: Definition, die: Dice): unknown => {
  if (die.roll(40) === 39) return pick<unknown>([null, 1.5, 'x', [], {}, -1], die);
  if (Array.isArray(type)) return type[0] === undefined ? undefined : defaultFor(type[0], die);
  const kind = typeof type === 'string' ? type : type.type;
  switch (kind) {
    case 'null':
      return null;
    case 'boolean':
      return die.roll(2) === 1;
    case 'string':
    case 'bytes':
      return pick(['', 'x'], die);
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return die.roll(3);
    case 'array':
      return [];
    case 'map':
      return {};
    case 'enum':
      return pick((type as unknown as { symbols: string[] }).symbols, die);
    case 'fixed':
      return 'x'.repeat((type as unknown as { size: number }).size);
    default:
      return undefined;
  }
};

const objectOf = (type: Definition): Json | undefined =>
  typeof type === 'object' && !Array.isArray(type) ? type : undefined;

/** What a developer might make of a type: mostly nothing, now and then something he should not. */
const evolve = (type: Definition, die: Dice, named: Named): Definition => {
  const edit = die.roll(14);
  if (edit === 13) return makeType(die, named, 2);
  if (edit === 12 && !Array.isArray(type)) return ['null', type];
  if (Array.isArray(type)) return evolveUnion(type, edit, die, named);
  const definition = objectOf(type);
  if (!definition) return edit === 11 ? pick(plain, die) : type;
  switch (definition['type']) {
    case 'record':
      return {
        ...definition,
        type: 'record',
        ...evolveName(definition, die),
        fields: evolveFields(definition, die, named),
      };
    case 'enum':
      return { ...definition, type: 'enum', ...evolveName(definition, die), ...evolveSymbols(definition, die) };
    case 'fixed':
      return {
        ...definition,
        type: 'fixed',
        ...evolveName(definition, die),
        size: edit === 11 ? 2 : definition['size'],
      };
    case 'array':
      return {
        type: edit === 11 ? 'map' : 'array',
        [edit === 11 ? 'values' : 'items']: evolve(definition['items'] as Definition, die, named),
      };
    case 'map':
      return { type: 'map', values: evolve(definition['values'] as Definition, die, named) };
    default:
      return edit === 11 ? (definition['type'] as string) : type;
  }
};

const evolveUnion = (branches: Definition[], edit: number, die: Dice, named: Named): Definition => {
  const evolved = branches.map((branch) => evolve(branch, die, named)).filter((branch) => !Array.isArray(branch));
  if (edit === 11) return evolved.at(-1) ?? 'null';
  if (edit === 10 && evolved.length > 1) return evolved.slice(1);
  return edit === 9 ? evolved.toReversed() : evolved;
};

const evolveName = ({ name, namespace }: Json, die: Dice): Json => {
  const edit = die.roll(16);
  if (edit === 15) return { name: `${String(name)}x` };
  if (edit === 14) return { name: `${String(name)}x`, aliases: [String(name)] };
  if (edit === 13) return { namespace: namespace === 'n' ? 'm' : 'n' };
  return edit === 12 ? { namespace: 'm', aliases: [`n.${String(name)}`, String(name)] } : {};
};

const evolveSymbols = ({ symbols, default: fallback }: Json, die: Dice): Json => {
  const now = symbols as string[];
  const edit = die.roll(8);
  if (edit === 7) return { symbols: [...now, 'E'] };
  if (edit === 6) return { symbols: now.filter((symbol) => symbol === fallback || symbol !== now[0]) };
  return edit === 5 ? { default: now.at(-1) } : {};
};

const evolveFields = (record: Json, die: Dice, named: Named): Json[] => {
  const fields = (record['fields'] as Json[]).flatMap((field): Json[] => {
    const edit = die.roll(16);
    if (edit === 15) return [];
    const evolved = { ...field, type: evolve(field['type'] as Definition, die, named) };
    if (edit === 14) return [{ ...evolved, name: `${String(field['name'])}x` }];
    if (edit === 13) return [{ ...evolved, name: `${String(field['name'])}x`, aliases: [field['name']] }];
    if (edit === 12) return [{ ...evolved, aliases: [pick(['a', 'b', 'c'], die)] }];
    if (edit === 11) return [{ ...evolved, default: defaultFor(evolved.type, die) }];
    return [evolved];
  });
  const added = die.roll(3) === 2 ? [makeField('added', die, named, 2)] : [];
  return die.roll(8) === 7 ? [...added, ...fields.toReversed()] : [...fields, ...added];
};

const makePair = (numbers: readonly number[], edits: readonly number[]): { older: Definition; newer: Definition } => {
  const named: Named = { count: 0, again: [], around: [] };
  const older = makeRecord(diceOf(numbers), named, 0);
  return { older, newer: evolve(older, diceOf([0, ...edits]), { count: 100, again: [], around: [] }) };
};

/** A schema, and what might be its next version. */
export const schemaPairs = fc.tuple(dice, dice).map(([numbers, edits]) => makePair(numbers, edits));
