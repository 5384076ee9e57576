// Prints `passed failed skipped` from vitest's JSON report; exits with 1 where a tier has run no test, for a tier
// that is not found passes without a word.
// usage: test-counts.mjs <report.json>
import { existsSync, readFileSync } from 'node:fs';

const [path] = process.argv.slice(2);
const report =
  path && existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

const tiers = { unit: 0, stack: 0, db: 0, local: 0 };
for (const { name, assertionResults } of report.testResults) {
  const tier = /\.(stack|db|local)\.test\.ts$/.exec(name)?.[1] ?? 'unit';
  tiers[tier] += assertionResults.filter(({ status }) => status === 'passed' || status === 'failed').length;
}
console.log(report.numPassedTests, report.numFailedTests, report.numPendingTests + report.numTodoTests);

const empty = Object.keys(tiers).filter((tier) => tiers[tier] === 0);
if (empty.length > 0) {
  console.error(`no test has run in ${empty.join(', ')}`);
  process.exitCode = 1;
}
