import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A file of the page as it is served. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array;
}

const folder = new URL('../../../console/page/', import.meta.url);
const pathOf = (name: string): string => fileURLToPath(new URL(name, folder));

const bundle = async (entry: string): Promise<Uint8Array> => {
  const { outputFiles } = await build({
    entryPoints: [pathOf(entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    minify: true,
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`nothing came of bundling ${entry}`);
  return file.contents;
};

/**
 * Bundles the page in memory: nothing is written, and nothing of it is fetched from anywhere.
 * @returns files by path. @throws Error naming what cannot be bundled
 */
export const buildPage = async (): Promise<ReadonlyMap<string, PageFile>> => {
  const [html, icon, script, style] = await Promise.all([
    readFile(pathOf('index.html')),
    readFile(pathOf('icon.svg')),
    bundle('main.ts'),
    bundle('styles/page.css'),
  ]);
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: html }],
    ['/icon.svg', { type: 'image/svg+xml', body: icon }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', body: script }],
    ['/page.css', { type: 'text/css; charset=utf-8', body: style }],
  ]);
};
