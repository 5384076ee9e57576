/** `npm run schemas:check`: whether every version of every subject can read all that were released before it. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cautions } from './cautions.ts';
import { checkVersions, type Version } from './check-versions.ts';
import { readDefinition, schemasFolder, subjectsIn, versionNumbers } from './released.ts';

const help = `Usage: npm run schemas:check [-- FOLDER]

Compares each version of each subject under schemas/ (or FOLDER) with every version before it, by the rules of Avro, of
Glue's BACKWARD and of our decoder. Ends with 1 and a line for each fault, naming subject, versions and field; a line that
begins with "note" is allowed and has a price. How to change a schema: docs/schemas.md.`;

export interface Report {
  readonly exitCode: 0 | 1 | 2;
  readonly lines: readonly string[];
}

/** @param args - as given to the command @throws Error where a file is no JSON or a folder cannot be read */
export const report = (args: readonly string[]): Report => {
  if (args.includes('--help')) return { exitCode: 0, lines: [help] };
  if (args.length > 1 || args[0]?.startsWith('-')) return { exitCode: 2, lines: [help] };
  const folder = args[0] === undefined ? schemasFolder : pathToFileURL(`${args[0]}/`);
  const subjects = subjectsIn(folder).map((subject) => {
    const versions = versionNumbers(subject, folder).map((version) => ({
      version,
      definition: readDefinition(subject, version, folder),
    }));
    return { subject, versions, ...checkVersions(subject, versions) };
  });
  const empty = subjects.filter(({ versions }) => versions.length === 0);
  const faults = [
    ...empty.map(({ subject }) => `${subject} has no v1.avsc`),
    ...subjects.flatMap((each) => each.faults),
  ];
  if (subjects.length === 0) faults.push(`there is no subject in ${fileURLToPath(folder)}`);
  const notes = faults.length > 0 ? [] : subjects.flatMap(({ subject, versions }) => notesOn(subject, versions));
  const count = subjects.reduce((sum, { versions }) => sum + versions.length, 0);
  const compared = subjects.reduce((sum, each) => sum + each.compared, 0);
  const sum = `subjects: ${subjects.length}, versions: ${count}, comparisons: ${compared}, faults: ${faults.length}`;
  return { exitCode: faults.length === 0 ? 0 : 1, lines: [...faults, ...notes, sum] };
};

/** Of the newest version: those before it are out. */
const notesOn = (subject: string, versions: readonly Version[]): readonly string[] => {
  const newest = versions.at(-1);
  return versions.slice(0, -1).flatMap((older) => {
    const { readersFirst, resends } = cautions(newest?.definition, older.definition);
    const pair = `note: ${subject} versions ${older.version} and ${newest?.version ?? ''}: `;
    return [
      ...readersFirst.map(
        (why) => `${pair}${why} (readers of ${older.version} halt: deploy all of them before a producer)`,
      ),
      ...resends.map((what) => `${pair}${what} (the same event from both is a conflict)`),
    ];
  });
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { exitCode, lines } = report(process.argv.slice(2));
  for (const line of lines) (exitCode === 0 ? console.log : console.error)(line);
  process.exitCode = exitCode;
}
