import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { promisify } from 'node:util';
import { startServer } from './server.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);

test('a client that genqlient generates compiles and sends, zero values and all', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'aparte-genqlient-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await cp(here('genqlient'), dir, { recursive: true });
  await copyFile(here('../schema.graphqls'), join(dir, 'schema.graphqls'));
  const server = await startServer(t);
  await server.open('bob');
  await server.idOf('bob');
  await run('go', ['tool', 'genqlient'], { cwd: dir });
  await run('go', ['build', '-o', 'client', '.'], { cwd: dir });
  const { stdout } = await run(join(dir, 'client'), [server.url, server.token('alice'), 'bob']);
  assert.equal(stdout, 'from genqlient\n');
});
