import assert from 'node:assert/strict';
import test from 'node:test';
import { connect, conversationsIn, memoryStorage } from '@aparte/client';
import WebSocket from 'ws';
import { startServer } from '../../../test/server.mjs';

/** Resolves with what `find` gives of the client's state, once it gives something. */
export function until(client, find, what = find) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end();
      reject(new Error(`not within 20 s: ${what}\n${JSON.stringify({ ...client.state(), conversations: 0, users: 0 }).slice(0, 2000)}`));
    }, 20_000);
    const end = client.subscribe(look);
    look();
    function look() {
      const found = find(client.state());
      if (!found) return;
      clearTimeout(timer);
      end?.();
      resolve(found);
    }
  });
}

async function open(t, server, handle, options = {}) {
  const person = (await server.people()).find((p) => p.handle === handle);
  const client = connect({ url: `${server.url}/graphql`, token: () => person.token, webSocket: WebSocket, ...options });
  t.after(() => client.close());
  await until(client, (s) => s.status === 'live');
  return client;
}

test('what alice sends stands in her window and in bob\'s, and her outbox is empty', async (t) => {
  const server = await startServer(t);
  const alice = await open(t, server, 'alice');
  const bob = await open(t, server, 'bob');
  const withBob = conversationsIn(alice.state(), 'INBOX').find((c) => c.with.handle === 'bob');
  await alice.messages.open(withBob.id);
  await bob.messages.open(withBob.id);
  alice.send({ to: withBob.with.id, body: 'Low tide at six.' });
  assert.equal(alice.state().outgoing.length, 1);
  for (const client of [alice, bob]) {
    await until(client, (s) => s.threads.get(withBob.id).messages.at(-1).body === 'Low tide at six.');
  }
  await until(alice, (s) => s.outgoing.length === 0);
});
