import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/**
 * What is wrong with the flags of a command line, naming the first wrong one; undefined where nothing is. Node's own
 * sentences explain `parseArgs` to a programmer.
 */
export const flagFault = (args: readonly string[], flags: ParseArgsOptionsConfig): string | undefined => {
  const { tokens } = parseArgs({
    args: [...args],
    options: flags,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (!flag) return `there is no option ${rawName}`;
    if (flag.type === 'boolean' && value !== undefined) return `${rawName} takes no value, and got "${value}"`;
    if (flag.type === 'string' && value === undefined) return `${rawName} needs a value`;
    // A dash alone stands for standard output.
    if (flag.type === 'string' && !inlineValue && /^-./.test(value ?? '')) {
      return `${rawName} needs a value; if "${value}" is one, write ${rawName}=${value}`;
    }
  }
  return undefined;
};
