/** Why a schema, or a version after another, cannot be released. */
export interface Fault {
  /**
   * `avro`: Avro refuses it, and so does Glue. `decoder`: Avro and Glue take it, and our decoder would halt on it.
   * `meaning`: all of them take it, and a value would become another one without a word.
   */
  readonly rule: 'avro' | 'decoder' | 'meaning';
  /** `header.priority`, `scores[]`, `tags{}`; empty where it is the schema as a whole. */
  readonly path: string;
  /** What the older version has; undefined where the fault is in one version alone. */
  readonly older: string | undefined;
  /** What the newer version has, or wants. */
  readonly newer: string;
  /** What to do instead. */
  readonly wayOut: string;
}

export const joinPath = (parent: string, child: string): string =>
  parent === '' || child === '' || child.startsWith('[') || child.startsWith('{')
    ? parent + child
    : `${parent}.${child}`;

/** `volume: the older has no such field, the newer has double without a default: give it a default` */
export const describeFault = ({ path, older, newer, wayOut }: Fault): string =>
  `${path === '' ? 'the schema' : path}: ${older === undefined ? '' : `the older has ${older}, the newer has `}${newer}: ${wayOut}`;
