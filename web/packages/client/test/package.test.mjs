import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { startServer } from '../../../test/server.mjs';
import { conversationOf, open, until } from './world.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const limit = 25_000;

test('the package packs, and holds what its exports name', async (t) => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const [packed] = JSON.parse(stdout);
  const files = new Set(packed.files.map((f) => `./${f.path}`));
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const named = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)));
  assert.deepEqual(named.filter((file) => !files.has(file)), []);
  assert.ok(![...files].some((f) => f.includes('/test/')));
  t.diagnostic(`packed: ${packed.size} bytes, ${packed.unpackedSize} unpacked, ${packed.entryCount} files`);
});

test('an app that takes everything from it grows by less than 25 KB of gzip', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'aparte-size-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'app.js'), `import * as all from '@aparte/client'; window.all = all;`);
  await mkdir(join(dir, 'node_modules/@aparte'), { recursive: true });
  await symlink(root, join(dir, 'node_modules/@aparte/client'), 'dir');
  const { output } = await build({
    root: dir,
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022', rolldownOptions: { input: join(dir, 'app.js') } },
  });
  const code = output.filter((o) => o.type === 'chunk').map((o) => o.code).join('');
  const size = gzipSync(code, { level: 9 }).length;
  t.diagnostic(`bundled with its dependencies: ${code.length} bytes, ${size} with gzip`);
  assert.ok(code.includes('mutation SendMessage') && code.includes('graphql-transport-ws'), 'it is all there');
  assert.ok(size < limit, `${size} bytes`);
});

test('the examples of the README compile', async (t) => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/^```(tsx?)\n(.*?)^```/gms)];
  assert.ok(examples.length >= 4);
  const dir = await mkdtemp(join(root, 'examples-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const known = {
    connect: `import { connect } from '@aparte/client';`,
    useSyncExternalStore: `import { useSyncExternalStore } from 'react';`,
    token: `declare const token: () => Promise<string>;`,
    inbox: `declare const inbox: import('@aparte/client').Client;`,
    userId: `declare const userId: string;`,
  };
  for (const [i, [, kind, code]] of examples.entries()) {
    const missing = Object.keys(known).filter((word) => new RegExp(`\\b${word}\\b`).test(code) && !declares(code, word));
    await writeFile(join(dir, `example${i}.${kind}`), `${missing.map((word) => known[word]).join('\n')}\n${code}\nexport {};\n`);
  }
  const options = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', jsx: 'react-jsx', skipLibCheck: true, types: ['node'] };
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['.'] }));
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json').replace('package.json', 'bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', dir]).catch((error) => error);
  assert.equal(stdout, '');
});

function declares(code, word) {
  return new RegExp(`(import \\{[^}]*\\b${word}\\b|const ${word}\\b)`).test(code);
}

test('a server that takes trusted documents only, takes those of the package', async (t) => {
  const server = await startServer(t, undefined, '--trusted-documents', join(root, 'src/generated/documents.json'));
  const token = (await server.people()).find((p) => p.handle === 'alice').token;
  const other = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ me { id handle } }' }),
  });
  assert.equal((await other.json()).errors[0].extensions.code, 'UNKNOWN_DOCUMENT');
  const alice = await open(t, server, 'alice');
  const { id, with: to } = conversationOf(alice, 'bob');
  await alice.messages.open(id);
  alice.send({ to: to.id, body: 'by the book' });
  await until(alice, (s) => s.threads.get(id).messages.at(-1).body === 'by the book');
  assert.ok((await alice.suggestions()).nodes);
  assert.ok((await alice.search('bob')).nodes.length > 0);
  assert.ok(await alice.person(to.id));
  assert.deepEqual((await alice.reports()).nodes, []);
  assert.deepEqual((await alice.notices()).restrictions, { suspendedUntil: null, outreachUntil: null });
  const [message] = alice.state().threads.get(id).messages.slice(-1);
  await alice.unsend(message.id);
  await until(alice, (s) => s.threads.get(id).messages.at(-1).removed && s.conversations.get(id).lastMessage.removed);
  assert.equal((await alice.setListed(to.id, 'ALWAYS')).viewerLists, 'ALWAYS');
  assert.equal((await alice.setReadReceipts(false)).readReceipts, false);
  assert.equal((await alice.settingsHistory()).nodes[0].after.readReceipts, false);
});
