// Compares how many files the linter says it has seen with how many modules there are; exits with 1 where it saw fewer.
// usage: linted-everything.mjs <log of `npm run check`>
import { readdirSync, readFileSync } from 'node:fs';

const [log] = process.argv.slice(2);
const outside = /^(node_modules|coverage|cdk\.out.*|\..*)$/;
const modulesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true }).reduce((count, entry) => {
    if (entry.isDirectory()) return outside.test(entry.name) ? count : count + modulesBelow(`${folder}/${entry.name}`);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.generated.ts') ? count + 1 : count;
  }, 0);

// oxlint: "Finished in 2.1s on 140 files with 164 rules using 2 threads."
const seen = Number(/ on (\d+) files? with \d+ rules?/.exec(readFileSync(log, 'utf8'))?.[1] ?? 0);
const modules = modulesBelow('.');
console.log(`${modules} modules, ${seen} files linted`);
process.exitCode = modules > 0 && seen >= modules ? 0 : 1;
