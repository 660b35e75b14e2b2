import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { promisify } from 'node:util';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse } from 'graphql';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);

/** Returns the errors of the compiler in use.ts of a folder; empty when there are none. */
function check(dir) {
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--moduleResolution', 'nodenext'];
  return run(process.execPath, [here('node_modules/typescript/bin/tsc'), ...options, join(dir, 'use.ts')], { cwd: dir }).then(
    () => '',
    (error) => error.stdout || String(error),
  );
}

test('the client preset of graphql-codegen takes our documents, and its output compiles', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'aparte-codegen-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await symlink(here('node_modules'), join(dir, 'node_modules'));

  const sdl = await readFile(here('../schema.graphqls'), 'utf8');
  const folder = here('../web/packages/client/operations/');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  const documents = await Promise.all(
    files.map(async (name) => {
      const rawSDL = await readFile(folder + name, 'utf8');
      return { location: folder + name, document: parse(rawSDL), rawSDL };
    }),
  );
  const common = { schema: parse(sdl), schemaAst: buildSchema(sdl), documents, config: { useTypeImports: true } };
  const sections = await preset.buildGeneratesSection({
    ...common,
    baseOutputDir: join(dir, 'gql') + '/',
    presetConfig: { fragmentMasking: false },
    plugins: [],
    pluginMap: {},
    profiler: { run: (work) => work(), collect: () => [] },
  });
  for (const section of sections) {
    await mkdir(dirname(section.filename), { recursive: true });
    await writeFile(section.filename, await codegen({ ...section, skipDocumentsValidation: true }));
  }
  await writeFile(join(dir, 'package.json'), '{"type": "commonjs"}');
  const use = (to) => `import type { SendMessageMutationVariables, PersonQueryVariables } from './gql/graphql';
    export const person: PersonQueryVariables = { id: 'usr_' };
    export const send: SendMessageMutationVariables = { input: { clientMessageId: 'a', to: ${to} } };
    export * from './gql';`;
  await writeFile(join(dir, 'use.ts'), use(`{ userId: 'usr_' }`));
  assert.equal(await check(dir), '');
  await writeFile(join(dir, 'use.ts'), use(`{ userId: 'usr_', conversationId: 'cnv_' }`));
  assert.match(await check(dir), /not assignable/, 'two members of an input with @oneOf do not compile');
});
