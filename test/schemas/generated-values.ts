import type { AvroType } from '../../schemas/avro-type.ts';

/** A value of a type, decided by numbers, as JavaScript has it: unions unwrapped, bytes in a Buffer. */
export const valuesOf = (type: AvroType, numbers: readonly number[]): unknown => {
  let at = 0;
  const roll = (sides: number): number => (numbers[at++ % numbers.length] ?? 0) % sides;
  const value = (of: AvroType): unknown => {
    switch (of.kind) {
      case 'null':
        return null;
      case 'boolean':
        return roll(2) === 1;
      case 'int':
      case 'long':
        return roll(7) - 3;
      case 'float':
      case 'double':
        return (roll(9) - 4) / 2;
      case 'string':
        return ['', 'a', 'é', '🦊'][roll(4)];
      case 'bytes':
        return Buffer.from([roll(256), 255].slice(0, roll(3)));
      case 'fixed':
        return Buffer.alloc(of.size, roll(256));
      case 'enum':
        return of.symbols[roll(of.symbols.length)];
      case 'array':
        return Array.from({ length: roll(3) }, () => value(of.items));
      case 'map':
        return Object.fromEntries(Array.from({ length: roll(3) }, (_, n) => [`k${n}`, value(of.values)]));
      case 'union':
        return value(of.branches[roll(of.branches.length)] as AvroType);
      case 'record':
        return Object.fromEntries(of.fields.map((field) => [field.name, value(field.type)]));
      default:
        return of satisfies never;
    }
  };
  return value(type);
};
