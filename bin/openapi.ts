import { writeFile } from 'node:fs/promises';
import { openApiText } from './openapi/document.ts';

/** `npm run openapi`: writes what the code says of the REST API. */
const file = new URL('../docs/openapi.json', import.meta.url);
await writeFile(file, openApiText());
console.log('wrote docs/openapi.json');
