import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { load } from './load.mjs';

// Those of the client are checked where they are made: packages/client/scripts/generate.mjs.
test('every document of the playground fits the schema', async (t) => {
  const schema = buildSchema(await readFile(new URL('../../schema.graphqls', import.meta.url), 'utf8'));
  const { newTabs, ...tabs } = await load(t, '/src/playground/tabs.ts');
  assert.equal(newTabs('usr_0').length, Object.keys(tabs).length);
  for (const [name, text] of Object.entries(tabs)) {
    assert.deepEqual(validate(schema, parse(text)).map(String), [], name);
  }
  assert.notDeepEqual(validate(schema, parse('{ me { password } }')), [], 'an unknown field is seen');
});
