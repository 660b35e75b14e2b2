import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from './storage.js';

/**
 * Keeps each value in a file of its own in a directory, which it makes. For one process at a time.
 * A value is there as a whole or not at all, also when the process is killed while it writes.
 */
export function fileStorage(directory: string): Storage {
  const path = (key: string) => join(directory, encodeURIComponent(key));
  const read = async (file: string): Promise<unknown> => {
    try {
      return JSON.parse(await readFile(file, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  let written = 0;
  return {
    shared: false,
    get: (key) => read(path(key)),
    async set(key, value) {
      await mkdir(directory, { recursive: true });
      const half = `${path(key)}.${++written}.half`;
      await writeFile(half, JSON.stringify(value), { flush: true });
      await rename(half, path(key));
    },
    delete: (key) => rm(path(key), { force: true }),
    async list(prefix) {
      const names = await readdir(directory).catch(() => [] as string[]);
      const keys = names.filter((n) => !n.endsWith('.half')).map(decodeURIComponent);
      const all = keys.filter((key) => key.startsWith(prefix)).map(async (key) => [key, await read(path(key))] as const);
      return (await Promise.all(all)).filter(([, value]) => value !== undefined) as [string, unknown][];
    },
  };
}
