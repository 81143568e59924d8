import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';

const WORKER = 'sw.js';
const PAGE = 'index.html';
const KEPT = /^(?:assets\/.+|index\.html|theme\.js|favicon\.svg)$/;

/** Tells the service worker which files its build has. */
export function shell(): Plugin {
  let target = '';
  return {
    name: 'shell',
    apply: 'build',
    configResolved(config) {
      target = config.build.outDir;
    },
    closeBundle(error?: Error) {
      if (error) return;
      const path = join(target, WORKER);
      const worker = readFileSync(path, 'utf8');
      if (!worker.includes('__SHELL__')) throw new Error('The service worker does not ask for its files.');
      writeFileSync(
        path,
        worker.replaceAll('__SHELL__', () => JSON.stringify(contents(target))),
      );
    },
  };
}

function contents(target: string): { version: string; files: string[] } {
  const digest = createHash('sha256');
  const files = readdirSync(target, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(target, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((name) => KEPT.test(name))
    .sort();
  for (const name of files) digest.update(`${name}\0`).update(readFileSync(join(target, name)));
  const version = digest.digest('hex').slice(0, 16);
  return { version, files: files.map((name) => (name === PAGE ? '/' : `/${name}`)) };
}
