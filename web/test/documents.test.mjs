import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { load } from './load.mjs';

test('every document of the client and the playground fits the schema', async (t) => {
  const schema = buildSchema(await readFile(new URL('../../schema.graphqls', import.meta.url), 'utf8'));
  const { edges, conversationChanges, ...documents } = await load(t, '/src/api/documents.ts');
  const { newTabs, ...tabs } = await load(t, '/src/playground/tabs.ts');
  assert.equal(newTabs('usr_0').length, Object.keys(tabs).length);
  for (const [name, text] of Object.entries({ ...documents, ...edges, ...conversationChanges, ...tabs })) {
    assert.deepEqual(validate(schema, parse(text)).map(String), [], name);
  }
  assert.notDeepEqual(validate(schema, parse('{ me { password } }')), [], 'an unknown field is seen');
});
