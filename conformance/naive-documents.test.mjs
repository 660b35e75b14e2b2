import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { buildSchema, getNamedType, isInterfaceType, isLeafType, isObjectType, isUnionType, parse, validate } from 'graphql';

const schema = buildSchema(await readFile(new URL('../schema.graphqls', import.meta.url), 'utf8'));

/** All leaf fields, and below object fields again all leaf fields, without aliases. */
function selection(type, depth) {
  const members = isUnionType(type) || isInterfaceType(type) ? schema.getPossibleTypes(type) : [];
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const own = fields.flatMap((field) => {
    if (field.args.some((arg) => arg.type.toString().endsWith('!') && arg.defaultValue === undefined)) return [];
    const of = getNamedType(field.type);
    if (isLeafType(of)) return [field.name];
    return depth > 0 ? [`${field.name} ${selection(of, depth - 1)}`] : [];
  });
  const each = members.map((member) => `... on ${member.name} ${selection(member, depth)}`);
  return `{ ${['__typename', ...own, ...each].join(' ')} }`;
}

function document(kind, field) {
  const variables = field.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const values = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const head = field.args.length > 0 ? `${kind} (${variables}) { ${field.name}(${values})` : `${kind} { ${field.name}`;
  const of = getNamedType(field.type);
  return `${head} ${isLeafType(of) ? '' : selection(of, 2)} }`;
}

// A document that selects every member and every field under its own name must validate: generators
// and newcomers write it.
for (const [kind, type] of [
  ['query', schema.getQueryType()],
  ['mutation', schema.getMutationType()],
  ['subscription', schema.getSubscriptionType()],
]) {
  test(`the naive document of each ${kind} is valid`, async (t) => {
    assert.ok(isObjectType(type));
    for (const field of Object.values(type.getFields())) {
      if (field.name === 'node') continue; // nobody selects every type that has an id
      await t.test(field.name, () => assert.deepEqual(validate(schema, parse(document(kind, field))), []));
    }
  });
}

test('everything with an id is a Node, and every connection has edges, nodes and pageInfo', () => {
  const node = schema.getType('Node');
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const fields = type.getFields();
    if (fields.id) assert.ok(type.getInterfaces().includes(node), `${type.name} has an id and is no Node`);
    if (!type.name.endsWith('Connection')) continue;
    const of = fields.nodes.type.toString();
    assert.equal(fields.pageInfo.type.toString(), 'PageInfo!');
    const edge = getNamedType(fields.edges.type).getFields();
    assert.equal(edge.cursor.type.toString(), 'String!');
    assert.equal(of, `[${edge.node.type}]!`, `${type.name}: nodes and edges hold the same`);
  }
});
