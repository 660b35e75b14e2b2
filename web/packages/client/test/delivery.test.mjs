import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { connect, memoryStorage, Refused } from '@aparte/client';
import { fileStorage } from '@aparte/client/node';
import WebSocket from 'ws';
import { patience } from '../../../test/patience.mjs';
import { startServer } from '../../../test/server.mjs';
import { conversationOf, open, signer, startCutter, until, written } from './world.mjs';

const bodies = (client, id) => client.state().threads.get(id).messages.map((m) => m.body);

/** Fetches as told, and for as long as `lost` is true the answers of sends do not arrive. */
function lossy() {
  const wire = { lost: false, losses: 0 };
  wire.fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (!wire.lost || !init.body.includes('mutation SendMessage')) return response;
    await response.arrayBuffer();
    wire.losses++;
    throw new TypeError('the answer is lost');
  };
  return wire;
}

test("what alice sends stands in her window and in bob's, and leaves her outbox", async (t) => {
  const server = await startServer(t);
  const alice = await open(t, server, 'alice');
  const bob = await open(t, server, 'bob');
  const { id, with: to } = conversationOf(alice, 'bob');
  await alice.messages.open(id);
  await bob.messages.open(id);
  const outgoing = alice.send({ to: to.id, body: 'Low tide at six.' });
  assert.deepEqual(alice.state().outgoing.map((o) => o.clientMessageId), [outgoing.clientMessageId]);
  for (const client of [alice, bob]) await until(client, (s) => s.threads.get(id).messages.at(-1).body === 'Low tide at six.');
  await until(alice, (s) => s.outgoing.length === 0);
  assert.equal(bob.state().folders.INBOX.conversations[0].id, id, 'the newest stands first');
});

test('I2: a server that is killed in the middle of a send has one message in the end', async (t) => {
  const server = await startServer(t);
  const wire = lossy();
  const alice = await open(t, server, 'alice', { fetch: wire.fetch });
  const { id, with: to } = conversationOf(alice, 'bob');
  await alice.messages.open(id);

  // Written, but its answer and its event are lost with the server.
  wire.lost = true;
  alice.send({ to: to.id, body: 'first' });
  await until({ ...alice, subscribe: pollEach }, () => wire.losses > 0);
  await server.kill();
  await until(alice, (s) => s.status === 'reconnecting');
  alice.send({ to: to.id, body: 'second' });
  alice.send({ to: id, body: 'third' });
  wire.lost = false;
  await server.start();
  await until(alice, (s) => s.status === 'live' && s.outgoing.length === 0);

  const all = await written(server, 'alice', id);
  assert.deepEqual(all.slice(-3).map((m) => m.body), ['first', 'second', 'third']);
  assert.equal(all.filter((m) => m.body === 'first').length, 1);
  assert.deepEqual(bodies(alice, id), all.slice(-bodies(alice, id).length).map((m) => m.body));
});

/** For what no state tells of: looks again with every tick of the loop, until told to stop. */
function pollEach(listener) {
  const timer = setInterval(listener, 5);
  return () => clearInterval(timer);
}

test('I2: what was written offline survives the end of the process and is sent once, in order', async (t) => {
  const server = await startServer(t);
  const directory = await mkdtemp(join(tmpdir(), 'aparte-kept-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const cutter = await startCutter(t, server);
  const kept = { storage: fileStorage(directory), account: 'alice' };
  const before = await open(t, server, 'alice', { url: `${cutter.url}/graphql`, ...kept });
  const { id, with: to } = conversationOf(before, 'bob');
  cutter.closed = true;
  cutter.cut();
  await until(before, (s) => s.status === 'reconnecting');
  const sent = [1, 2, 3].map((n) => before.send({ to: to.id, body: `offline ${n}` }).clientMessageId);
  before.draft(to.id, 'half a thought');
  // On disk, all of it, before the process may end.
  while ((await kept.storage.list('')).length < 4);
  await before.close();
  assert.equal(before.state().status, 'closed');
  assert.equal((await kept.storage.list('')).length, 4);

  cutter.closed = false;
  const after = await open(t, server, 'alice', kept);
  assert.equal(after.state().drafts.get(to.id), 'half a thought');
  await until(after, (s) => s.outgoing.length === 0);
  const all = await written(server, 'alice', id);
  assert.deepEqual(all.slice(-3).map((m) => m.clientMessageId), sent);
  assert.deepEqual((await kept.storage.list('')).map(([, value]) => value), ['half a thought']);
});

test('what was just written stays in view, however slow the storage and whatever order it answers in', async (t) => {
  const server = await startServer(t);
  const slow = memoryStorage();
  const { set } = slow;
  const writes = [];
  slow.set = (key, value) => new Promise((resolve) => writes.push(() => resolve(set(key, value))));
  const alice = await open(t, server, 'alice', { storage: slow });
  const { id, with: to } = conversationOf(alice, 'bob');
  await alice.messages.open(id);
  const [one, two] = ['one', 'two'].map((body) => alice.send({ to: to.id, body }).clientMessageId);
  const gone = [];
  alice.subscribe(() => {
    const { outgoing, threads } = alice.state();
    const shown = new Set([...outgoing, ...threads.get(id).messages].map((m) => m.clientMessageId));
    gone.push(...[one, two].filter((key) => !shown.has(key)));
  });
  await until({ ...alice, subscribe: pollEach }, () => writes.length === 2);
  writes.shift()();
  await until(alice, (s) => s.threads.get(id).messages.at(-1).clientMessageId === one && s.outgoing.length === 1);
  writes.shift()();
  await until(alice, (s) => s.threads.get(id).messages.at(-1).clientMessageId === two && s.outgoing.length === 0);
  assert.deepEqual(gone, []);
});

test('a refusal is data: the policy says no, the message stays and can be tried again with its key', async (t) => {
  const server = await startServer(t);
  const alice = await open(t, server, 'alice');
  const bob = await open(t, server, 'bob');
  const { id, with: to } = conversationOf(alice, 'bob');
  await alice.messages.open(id);
  await bob.setWhoCanMessageMe('NO_ONE');
  const { clientMessageId } = alice.send({ to: to.id, body: 'hello?' });
  const failed = await until(alice, (s) => s.outgoing.find((o) => o.failure));
  assert.equal(failed.failure.code, 'MESSAGE_NOT_ALLOWED');
  assert.equal(failed.failure.denial, 'NOT_ACCEPTING');
  await bob.setWhoCanMessageMe('FRIENDS');
  await alice.retry(clientMessageId);
  await until(alice, (s) => s.threads.get(id).messages.at(-1).clientMessageId === clientMessageId && s.outgoing.length === 0);
  await assert.rejects(alice.accept('cnv_nothing'), (e) => e instanceof Refused && e.code === 'NOT_FOUND');
  const { clientMessageId: other } = alice.send({ to: 'usr_nobody', body: 'x' });
  await until(alice, (s) => s.outgoing.some((o) => o.clientMessageId === other && o.failure?.code === 'NOT_FOUND'));
  await alice.discard(other);
  await until(alice, (s) => s.outgoing.length === 0);
});

test('I4: cut connections and a killed server lose no event and double none', async (t) => {
  const server = await startServer(t);
  const cutter = await startCutter(t, server);
  const bob = await open(t, server, 'bob', { url: `${cutter.url}/graphql` });
  const { id } = conversationOf(bob, 'alice');
  await bob.messages.open(id);
  for (let round = 0; round < 4; round++) {
    await server.send('alice', 'bob', `before cut ${round}`);
    cutter.closed = round % 2 === 1;
    cutter.cut();
    if (cutter.closed) await until(bob, (s) => s.status === 'reconnecting');
    await server.send('alice', 'bob', `while cut ${round}`);
    if (round === 2) {
      await server.kill();
      await server.start();
      await server.send('alice', 'bob', 'after the restart');
    }
    cutter.closed = false;
  }
  const all = await written(server, 'alice', id);
  await until(bob, (s) => s.threads.get(id).messages.at(-1).seq === all.at(-1).seq && s.status === 'live');
  assert.deepEqual(bodies(bob, id), all.slice(-bodies(bob, id).length).map((m) => m.body));
  const { conversation } = await server.ask('bob', 'query($id: ID!) { conversation(id: $id) { unreadCount } }', { id });
  assert.equal(bob.state().conversations.get(id).unreadCount, conversation.unreadCount);
});

test('a log that does not reach back is a reset: the inbox and the open window are read anew', async (t) => {
  const server = await startServer(t);
  const bob = await open(t, server, 'bob');
  const { id } = conversationOf(bob, 'alice');
  await bob.messages.open(id);
  const { cursor } = bob.state();
  await server.kill();
  await until(bob, (s) => s.status === 'reconnecting');
  await server.run('migrate', '--new-epoch');
  await server.start();
  await server.send('alice', 'bob', 'in another life');
  await until(bob, (s) => s.status === 'live' && s.threads.get(id).messages.at(-1).body === 'in another life');
  assert.notEqual(bob.state().cursor, cursor);
  assert.equal(bob.state().threads.get(id).stale, false);
});

test('a token is replaced before it ends, and nobody notices', async (t) => {
  const server = await startServer(t);
  const sign = await signer(server, 'alice');
  const given = [];
  const statuses = new Set();
  const seconds = patience(5);
  const token = () => {
    given.push(Date.now());
    return sign(seconds);
  };
  const alice = await open(t, server, 'alice', { token });
  alice.subscribe(() => statuses.add(alice.state().status));
  const { id } = conversationOf(alice, 'bob');
  await alice.messages.open(id);
  await until({ ...alice, subscribe: pollEach }, () => given.length >= 3);
  await server.send('bob', 'alice', 'still there?');
  await until(alice, (s) => s.threads.get(id).messages.at(-1).body === 'still there?');
  assert.deepEqual([...statuses], ['live']);
  for (let i = 1; i < given.length; i++) assert.ok(given[i] - given[i - 1] < seconds * 1000, 'asked for before the last one had ended');
});

test('a token that is not accepted is replaced once; when the next is not either, that is being signed out', async (t) => {
  const server = await startServer(t);
  const sign = await signer(server, 'alice');
  const given = [];
  let lifetimes = [-60, 3600];
  const token = () => {
    const seconds = lifetimes[Math.min(given.length, lifetimes.length - 1)];
    given.push(seconds);
    return sign(seconds);
  };
  const once = await open(t, server, 'alice', { token });
  assert.deepEqual(given, [-60, 3600], 'one that had ended, and one that serves everything since');
  await once.close();

  lifetimes = [-60];
  const alice = connect({ url: `${server.url}/graphql`, token, webSocket: WebSocket });
  t.after(() => alice.close());
  await until(alice, (s) => s.status === 'signedOut');
  lifetimes = [3600];
  alice.reconnect();
  await until(alice, (s) => s.status === 'live');

  const nobody = connect({ url: `${server.url}/graphql`, token: () => '', account: 'alice', webSocket: WebSocket });
  t.after(() => nobody.close());
  await until(nobody, (s) => s.status === 'signedOut');
});

test('a window goes to the first unread message and back to the newest', async (t) => {
  const server = await startServer(t);
  const bob = await open(t, server, 'bob', { pageSize: 10 });
  const { id } = conversationOf(bob, 'alice');
  for (let n = 1; n <= 45; n++) await server.send('alice', 'bob', `line ${n}`);
  const { readSeq, lastMessage } = await until(bob, (s) => {
    const c = s.conversations.get(id);
    return c.lastMessage.body === 'line 45' && c;
  });
  await bob.messages.around(id, readSeq + 1);
  const thread = () => bob.state().threads.get(id);
  const seqs = () => thread().messages.map((m) => m.seq);
  assert.ok(seqs().includes(readSeq + 1) && !seqs().includes(lastMessage.seq));
  assert.equal(thread().after, true);
  while (thread().after) await bob.messages.after(id);
  while (thread().before) await bob.messages.before(id);
  assert.deepEqual(seqs(), Array.from({ length: lastMessage.seq }, (_, i) => i + 1));
  await bob.markRead(id, lastMessage.seq);
  assert.equal(bob.state().conversations.get(id).unreadCount, 0);
});
