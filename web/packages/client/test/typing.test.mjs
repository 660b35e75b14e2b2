import assert from 'node:assert/strict';
import test from 'node:test';
import { startServer } from '../../../test/server.mjs';
import { reduce } from '../dist/reduce.js';
import { emptyState } from '../dist/state.js';
import { conversationOf, open, startCutter, until } from './world.mjs';

/** Fetches, and keeps the names of those who were told that someone writes. */
function listening() {
  const wire = { told: [] };
  wire.fetch = async (url, init) => {
    const { query, variables } = JSON.parse(init.body);
    if (query.includes('signalTyping')) wire.told.push(variables.id);
    return fetch(url, init);
  };
  return wire;
}

test('the server is told once in three seconds, for each conversation, and nothing while receipts are off', async (t) => {
  const server = await startServer(t);
  await server.send('alice', 'chloe', 'hello');
  const wire = listening();
  const alice = await open(t, server, 'alice', { fetch: wire.fetch });
  const bob = conversationOf(alice, 'bob').id;
  const chloe = conversationOf(alice, 'chloe').id;
  let now = Date.now();
  t.mock.method(Date, 'now', () => now);
  for (let letter = 0; letter < 20; letter++) alice.typing(bob);
  alice.typing(chloe);
  now += 2_999;
  alice.typing(bob);
  assert.deepEqual(wire.told, await settled(wire, [bob, chloe]));
  now += 1;
  alice.typing(bob);
  assert.deepEqual(wire.told, await settled(wire, [bob, chloe, bob]));

  await alice.setReadReceipts(false);
  now += 3_000;
  alice.typing(bob);
  // Every earlier request is under way by now.
  await alice.person(conversationOf(alice, 'bob').with.id);
  assert.equal(wire.told.length, 3);
});

/** Returns the expected signals, once as many were sent. */
async function settled(wire, expected) {
  while (wire.told.length < expected.length) await new Promise((resolve) => setImmediate(resolve));
  return expected;
}

test('it holds until the message comes, moves no cursor, and goes on over cut connections', async (t) => {
  const server = await startServer(t);
  const cutter = await startCutter(t, server);
  const bob = await open(t, server, 'bob', { url: `${cutter.url}/graphql` });
  const { id, with: alice } = conversationOf(bob, 'alice');
  for (let round = 0; round < 3; round++) {
    // Its event has come: the connection listens, and the last message is not of hers.
    await server.send('bob', 'alice', `mine ${round}`);
    await until(bob, (s) => s.conversations.get(id).lastMessage.body === `mine ${round}` && s.status === 'live');
    const { cursor } = bob.state();
    await server.ask('alice', 'mutation($id: ID!) { signalTyping(conversationId: $id) { __typename } }', { id });
    await until(bob, (s) => s.typing.has(alice.id));
    assert.equal(bob.state().cursor, cursor);
    await server.send('alice', 'bob', `hers ${round}`);
    await until(bob, (s) => s.conversations.get(id).lastMessage.body === `hers ${round}`);
    assert.equal(bob.state().typing.has(alice.id), false);
    cutter.cut();
    await until(bob, (s) => s.status === 'reconnecting');
  }
});

test('the word that somebody writes, behind what they wrote, shows nothing', () => {
  const me = { id: 'usr_me' };
  const them = { id: 'usr_them' };
  const last = (sender) => ({ seq: 1, sender, createdAt: '2026-01-01T12:00:00.5Z' });
  const after = (lastMessage, said) => {
    const conversations = new Map([['cnv_1', { id: 'cnv_1', with: them, lastMessage }]]);
    const state = { ...emptyState, me, conversations, byUser: new Map([[them.id, 'cnv_1']]) };
    return reduce(state, [{ type: 'typing', userId: them.id, said, at: 7 }]).typing.get(them.id);
  };
  assert.equal(after(last(them), '2026-01-01T12:00:00.4Z'), undefined, 'it was said before');
  assert.equal(after(last(them), '2026-01-01T12:00:00.7Z'), undefined, 'it was overtaken');
  assert.equal(after(last(them), '2026-01-01T12:00:01.5Z'), 7, 'they go on');
  assert.equal(after(last(me), '2026-01-01T12:00:00.7Z'), 7, 'they answer');
  assert.equal(after(null, '2026-01-01T12:00:00.7Z'), 7);
});
