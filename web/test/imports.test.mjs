import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('..', import.meta.url));

/**
 * The files of the client and its packages, each with the files that it imports, types included.
 */
async function imports() {
  const names = (await readdir(web, { recursive: true })).filter(
    (name) => /^(src|packages\/\w+\/src)\/.*\.tsx?$/.test(name) && !name.includes('node_modules'),
  );
  const known = new Set(names);
  const graph = new Map();
  for (const name of names) {
    const code = await readFile(join(web, name), 'utf8');
    const relative = [...code.matchAll(/(?:\bfrom|\bimport\(?)\s*'(\.[^']*)'/g)].map((m) => normalize(join(dirname(name), m[1])));
    const found = relative.flatMap((path) => [path, `${path}.ts`, `${path}.tsx`, path.replace(/\.js$/, '.ts')].filter((p) => known.has(p)));
    graph.set(name, [...new Set(found)]);
  }
  return graph;
}

/** Each circle that a walk along the imports closes, as a path. */
function circles(graph) {
  const found = [];
  const done = new Set();
  const walk = (name, path) => {
    if (path.includes(name)) found.push([...path.slice(path.indexOf(name)), name].join(' → '));
    if (path.includes(name) || done.has(name)) return;
    for (const next of graph.get(name)) walk(next, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) walk(name, []);
  return found;
}

test('no file imports itself by way of others, not even for types', async () => {
  const graph = await imports();
  assert.ok(graph.get('src/app/Shell.tsx').includes('src/app/Rail.tsx'));
  assert.ok(graph.get('packages/client/src/index.ts').includes('packages/client/src/client.ts'));
  assert.deepEqual(circles(graph), []);
});

test('a circle is found', () => {
  const graph = new Map([['a', ['b']], ['b', ['c', 'd']], ['c', ['a']], ['d', []]]);
  assert.deepEqual(circles(graph), ['a → b → c → a']);
});
