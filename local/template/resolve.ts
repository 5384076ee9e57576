import { attributeOf, intrinsicIn, PLACEHOLDER } from './template.ts';

/** What names mean in one template at the moment of resolving. Each throws an Error that names what is missing. */
export interface Scope {
  readonly region: string;
  /** A resource's physical name, a parameter's value or a pseudo parameter. */
  readonly ref: (name: string) => unknown;
  readonly attribute: (logicalId: string, attribute: string) => unknown;
  readonly condition: (name: string) => boolean;
  readonly importValue: (exportName: string) => unknown;
  readonly stackOutput: (stackName: string, outputName: string) => unknown;
  readonly mapping: (map: string, key: string, second: string) => unknown;
}

/** `AWS::NoValue`: the property it stands for is left out. */
const NO_VALUE = Symbol('AWS::NoValue');

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const text = (value: unknown, where: string): string => {
  if (isScalar(value)) return String(value);
  throw new Error(`${where} needs text and was given ${JSON.stringify(value) ?? String(value)}`);
};

const list = (value: unknown, where: string, length?: number): readonly unknown[] => {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw new Error(`${where} needs a list${length === undefined ? '' : ` of ${length}`}`);
};

const flag = (value: unknown, where: string): boolean => {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new Error(`${where} needs true or false and was given ${JSON.stringify(value)}`);
};

const attributeIn = (argument: unknown, scope: Scope): unknown => {
  const parts = attributeOf(argument);
  if (!parts) throw new Error('Fn::GetAtt needs a logical id and an attribute');
  return scope.attribute(...parts);
};

const substitute = (argument: unknown, scope: Scope): string => {
  const [template, raw] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = (raw ?? {}) as Record<string, unknown>;
  return text(template, 'Fn::Sub').replace(PLACEHOLDER, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    if (name in variables) return text(resolve(variables[name], scope), `Fn::Sub \${${name}}`);
    return text(name.includes('.') ? attributeIn(name, scope) : scope.ref(name), `Fn::Sub \${${name}}`);
  });
};

const select = (argument: unknown): unknown => {
  const [index, values] = list(argument, 'Fn::Select', 2);
  const from = list(values, 'Fn::Select');
  const position = Number(index);
  if (!(position in from)) throw new Error(`Fn::Select has no item ${text(index, 'Fn::Select')} among ${from.length}`);
  return from[position];
};

const stackOutput = (argument: unknown, scope: Scope): unknown => {
  const { StackName, OutputName, Region } = argument as Record<string, unknown>;
  if (Region !== undefined && Region !== scope.region)
    throw new Error(
      `Fn::GetStackOutput reads from the region ${text(Region, 'Region')}; a local run has ${scope.region}`,
    );
  return scope.stackOutput(text(StackName, 'Fn::GetStackOutput'), text(OutputName, 'Fn::GetStackOutput'));
};

/** Functions whose argument is resolved before they are applied. */
const functions: Readonly<Record<string, (argument: unknown, scope: Scope) => unknown>> = {
  'Fn::Join': (argument) => {
    const [separator, parts] = list(argument, 'Fn::Join', 2);
    return list(parts, 'Fn::Join')
      .map((part) => text(part, 'Fn::Join'))
      .join(text(separator, 'Fn::Join'));
  },
  'Fn::Split': (argument) => {
    const [separator, whole] = list(argument, 'Fn::Split', 2);
    return text(whole, 'Fn::Split').split(text(separator, 'Fn::Split'));
  },
  'Fn::Select': select,
  'Fn::Base64': (argument) => Buffer.from(text(argument, 'Fn::Base64')).toString('base64'),
  'Fn::GetAZs': (_, { region }) => ['a', 'b', 'c'].map((zone) => `${region}${zone}`),
  'Fn::ImportValue': (argument, scope) => scope.importValue(text(argument, 'Fn::ImportValue')),
  'Fn::GetStackOutput': stackOutput,
  'Fn::FindInMap': (argument, scope) => {
    const [map, key, second] = list(argument, 'Fn::FindInMap', 3).map((part) => text(part, 'Fn::FindInMap'));
    return scope.mapping(map ?? '', key ?? '', second ?? '');
  },
  'Fn::Equals': (argument) => {
    const [left, right] = list(argument, 'Fn::Equals', 2);
    return text(left, 'Fn::Equals') === text(right, 'Fn::Equals');
  },
  'Fn::And': (argument) => list(argument, 'Fn::And').every((item) => flag(item, 'Fn::And')),
  'Fn::Or': (argument) => list(argument, 'Fn::Or').some((item) => flag(item, 'Fn::Or')),
  'Fn::Not': (argument) => !flag(list(argument, 'Fn::Not', 1)[0], 'Fn::Not'),
};

const apply = (name: string, argument: unknown, scope: Scope): unknown => {
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? NO_VALUE : scope.ref(text(argument, 'Ref'));
    case 'Condition':
      return scope.condition(text(argument, 'Condition'));
    case 'Fn::GetAtt':
      return attributeIn(argument, scope);
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::If': {
      // Only the chosen branch is resolved: the other may name a resource that its condition leaves out.
      const [condition, then, otherwise] = list(argument, 'Fn::If', 3);
      return resolve(scope.condition(text(condition, 'Fn::If')) ? then : otherwise, scope);
    }
    default: {
      const known = functions[name];
      if (!known) throw new Error(`the intrinsic function ${name} is not known to the local run`);
      return known(resolve(argument, scope), scope);
    }
  }
};

const resolveEntries = (value: object, scope: Scope): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, resolve(item, scope)] as const)
      .filter(([, item]) => item !== NO_VALUE),
  );

/** A template's value with every intrinsic function replaced by what it stands for. */
export const resolve = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = intrinsicIn(value);
  return intrinsic ? apply(...intrinsic, scope) : resolveEntries(value, scope);
};
