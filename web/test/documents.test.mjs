import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { buildSchema, getNamedType, isObjectType, Kind, parse, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
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

/** The path of each selection of a type with an id that does not select the id. */
function withoutId(schema, documents) {
  const definitions = documents.flatMap((text) => parse(text).definitions);
  const fragments = new Map(definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION).map((d) => [d.name.value, d]));
  const covers = (type, wanted) => type === wanted.name || wanted.getInterfaces().some((i) => i.name === type);
  // A fragment of another type covers nothing of the wanted one.
  const selects = (set, wanted) =>
    set.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === 'id' && !selection.alias;
      const of = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const condition = of.typeCondition?.name.value;
      return (!condition || covers(condition, wanted)) && selects(of.selectionSet, wanted);
    });
  const lacking = [];
  const types = new TypeInfo(schema);
  const document = { kind: Kind.DOCUMENT, definitions };
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: (field) => {
        const type = getNamedType(types.getType());
        const possible = isObjectType(type) ? [type] : field.selectionSet ? schema.getPossibleTypes(type) : [];
        for (const wanted of possible) {
          if (!wanted.getFields().id || !named(field.selectionSet, wanted, fragments, covers)) continue;
          if (!selects(field.selectionSet, wanted)) {
            lacking.push(`${types.getParentType()}.${field.name.value}: ${wanted.name} lacks its id`);
          }
        }
      },
    }),
  );
  return lacking;
}

/** Does a selection take a field of the type at all? */
function named(set, wanted, fragments, covers) {
  return set.selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value !== '__typename';
    const of = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    const condition = of.typeCondition?.name.value;
    return (!condition || covers(condition, wanted)) && named(of.selectionSet, wanted, fragments, covers);
  });
}

test('every selection of a type with an id selects the id', async (t) => {
  const schema = buildSchema(await readFile(new URL('../../schema.graphqls', import.meta.url), 'utf8'));
  const folder = new URL('../packages/client/operations/', import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.graphql'));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')));
  assert.deepEqual(withoutId(schema, texts), []);
  const tabs = Object.entries(await load(t, '/src/playground/tabs.ts')).filter(([name]) => name !== 'newTabs');
  assert.ok(tabs.length > 0);
  for (const [name, text] of tabs) assert.deepEqual(withoutId(schema, [text]), [], name);
  assert.deepEqual(withoutId(schema, ['{ me { handle } unread { ...u } } fragment u on Unread { messages }']), [
    'Query.me: User lacks its id',
    'Query.unread: Unread lacks its id',
  ]);
  assert.deepEqual(withoutId(schema, ['{ conversation(id: "") { ... on DirectConversation { muted } } }']), [
    'Query.conversation: DirectConversation lacks its id',
  ]);
});
