export const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
export type Primitive = (typeof primitives)[number];

/** Full: with the namespace before it. Aliases too. */
export interface Names {
  readonly name: string;
  readonly aliases: readonly string[];
}

export interface AvroField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: AvroType;
  /** As in JSON; undefined where there is none. */
  readonly fallback: unknown;
}

export interface AvroRecord extends Names {
  readonly kind: 'record';
  /** Empty while the record is being read: that is how one can hold itself. */
  readonly fields: AvroField[];
}
export interface AvroEnum extends Names {
  readonly kind: 'enum';
  readonly symbols: readonly string[];
  /** What a reader takes for a symbol that it does not have. */
  readonly fallback: string | undefined;
}
export interface AvroFixed extends Names {
  readonly kind: 'fixed';
  /** Bytes. */
  readonly size: number;
  readonly logical: string | undefined;
}
export interface AvroPrimitive {
  readonly kind: Primitive;
  /** `timestamp-micros`, `decimal(9, 2)`: what a value means, which Avro ignores when it reads. */
  readonly logical: string | undefined;
}

/** A schema with its names resolved: a name that is used twice is the same object twice. */
export type AvroType =
  | AvroPrimitive
  | AvroRecord
  | AvroEnum
  | AvroFixed
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] };

export const unqualified = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** As a person would say it: `string`, `enum Priority`, `null or string`. */
export const describeType = (type: AvroType): string => {
  switch (type.kind) {
    case 'record':
    case 'enum':
      return `${type.kind} ${type.name}`;
    case 'fixed':
      return `fixed ${type.name} of ${type.size} bytes`;
    case 'array':
      return `array of ${describeType(type.items)}`;
    case 'map':
      return `map of ${describeType(type.values)}`;
    case 'union':
      return type.branches.map(describeType).join(' or ');
    default:
      return type.logical === undefined ? type.kind : `${type.kind} (${type.logical})`;
  }
};
