import assert from 'node:assert/strict';
import test from 'node:test';
import { createClient } from 'graphql-sse';
import { startServer } from './server.mjs';

const inboxEvents = `subscription ($after: Cursor) { inboxEvents(after: $after) {
  cursor ... on MessageAdded { message { body } }
} }`;

/** A client in the distinct connections mode, which is the one that is spoken here. */
function client(t, server, name, options = {}) {
  const made = createClient({
    url: server.url,
    singleConnection: false,
    retryAttempts: 20,
    retry: () => new Promise((resolve) => setTimeout(resolve, 50)),
    headers: () => server.headers(name),
    ...options,
  });
  t.after(() => made.dispose());
  return made;
}

const cursorOf = async (server, name) => (await server.ask(name, '{ unread { cursor } }')).unread.cursor;

async function take(iterator, count) {
  const results = [];
  while (results.length < count) {
    const { value, done } = await iterator.next();
    assert.ok(!done, `it ended after ${results.length} of ${count}`);
    assert.equal(value.errors, undefined, JSON.stringify(value.errors));
    results.push(value.data.inboxEvents);
  }
  return results;
}

const bodies = (events) => events.map((event) => event.message.body);

async function world(t, ...args) {
  const server = await startServer(t, ...args);
  await server.befriend('alice', 'bob');
  return server;
}

test('events arrive, once and in order, and a query is a stream of one', async (t) => {
  const server = await world(t);
  const bob = client(t, server, 'bob');
  const events = bob.iterate({ query: inboxEvents, variables: { after: await cursorOf(server, 'bob') } });
  const wanted = Array.from({ length: 20 }, (_, i) => `message ${i}`);
  for (const body of wanted) await server.send('alice', 'bob', body);
  assert.deepEqual(bodies(await take(events, wanted.length)), wanted);

  const all = [];
  for await (const result of bob.iterate({ query: '{ me { handle } }' })) all.push(result);
  assert.deepEqual(all, [{ data: { me: { handle: 'bob' } } }]);
});

test('many operations at once, each on its own', async (t) => {
  const server = await world(t);
  const bob = client(t, server, 'bob');
  const after = await cursorOf(server, 'bob');
  const many = Array.from({ length: 10 }, () => bob.iterate({ query: inboxEvents, variables: { after } }));
  const first = Promise.all(many.map((events) => take(events, 1)));
  await server.send('alice', 'bob', 'one');
  for (const events of await first) assert.deepEqual(bodies(events), ['one']);
  await Promise.all(many.slice(1).map((events) => events.return()));
  await server.send('alice', 'bob', 'two');
  assert.deepEqual(bodies(await take(many[0], 1)), ['two']);
});

test('errors: of a field, of an operation, of a source', async (t) => {
  const server = await world(t);
  const bob = client(t, server, 'bob');
  const collect = async (request) => {
    const results = [];
    for await (const result of bob.iterate(request)) results.push(result);
    return results;
  };
  // An operation that ran and failed is a result, and the end.
  const [field] = await collect({ query: '{ inbox(first: 0) { nodes { id } } }' });
  assert.equal(field.errors[0].extensions.code, 'INVALID_INPUT');
  assert.equal(field.data, null);
  const [source] = await collect({ query: inboxEvents, variables: { after: 'nonsense' } });
  assert.equal(source.errors[0].extensions.code, 'INVALID_CURSOR');
  // An operation that did not run is an HTTP response, which the client does not treat as a broken
  // connection.
  const refused = client(t, server, 'bob', { retryAttempts: 0 });
  await assert.rejects(async () => {
    for await (const result of refused.iterate({ query: '{ nothing }' })) assert.fail(JSON.stringify(result));
  }, (error) => error.response?.status === 400);
  const stranger = client(t, server, 'bob', { retryAttempts: 0, headers: { authorization: 'Bearer nonsense' } });
  await assert.rejects(async () => {
    for await (const result of stranger.iterate({ query: '{ me { id } }' })) assert.fail(JSON.stringify(result));
  }, (error) => error.response?.status === 401);
});

test('a client that cancels is let go, and its connection is not missed', async (t) => {
  const server = await world(t);
  const bob = client(t, server, 'bob');
  const after = await cursorOf(server, 'bob');
  // More than a user may have at once, one after the other.
  for (let i = 0; i < 60; i++) {
    const events = bob.iterate({ query: inboxEvents, variables: { after } });
    if (i === 0) await server.send('alice', 'bob', 'one');
    await take(events, 1);
    await events.return();
  }
});

test('I4: a client that comes back after a stop and a kill has seen everything once', async (t) => {
  const server = await world(t);
  let after = await cursorOf(server, 'bob');
  let connections = 0;
  const bob = client(t, server, 'bob', {
    retryAttempts: 200,
    // The client repeats its first variables. The cursor that it has reached goes along as the id
    // of the last event.
    headers: () => ({ ...server.headers('bob'), 'last-event-id': after }),
    on: { connected: () => connections++ },
  });
  const events = bob.iterate({ query: inboxEvents });
  const seen = [];
  const reading = (async () => {
    while (seen.length < 30) {
      const [event] = await take(events, 1);
      after = event.cursor;
      seen.push(event.message.body);
    }
  })();
  const wanted = [];
  for (let i = 0; i < 30; i++) {
    const body = `message ${i}`;
    wanted.push(body);
    await server.send('alice', 'bob', body);
    if (i === 9) {
      await server.stop();
      await server.start();
    }
    if (i === 19) {
      await server.kill();
      await server.start();
    }
  }
  await reading;
  assert.deepEqual(seen, wanted);
  assert.ok(connections >= 3, `${connections} connections`);
  assert.doesNotMatch(server.output, /message \d/);
});

test('a stream ends with its token, and goes on with a new one', async (t) => {
  const server = await world(t);
  let after = await cursorOf(server, 'bob');
  let connections = 0;
  const bob = client(t, server, 'bob', {
    // Good for a second, and the five that clocks may be apart.
    headers: () => ({ ...server.headers('bob', { seconds: connections === 0 ? -4 : 3600 }), 'last-event-id': after }),
    on: { connected: () => connections++ },
  });
  const events = bob.iterate({ query: inboxEvents });
  await server.send('alice', 'bob', 'one');
  const [event] = await take(events, 1);
  after = event.cursor;
  while (connections < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  await server.send('alice', 'bob', 'two');
  assert.deepEqual(bodies(await take(events, 1)), ['two']);
});
