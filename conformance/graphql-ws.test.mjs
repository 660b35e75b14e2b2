import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { startServer } from './server.mjs';

const inboxEvents = `subscription ($after: Cursor) { inboxEvents(after: $after) {
  cursor ... on MessageAdded { message { body } } } }`;

/** A client of a user. Its log has all events in order. */
function connect(t, server, name, options = {}) {
  const log = [];
  const client = createClient({
    url: server.socketURL,
    webSocketImpl: WebSocket,
    connectionParams: () => ({ authorization: `Bearer ${server.token(name)}` }),
    lazy: true,
    retryWait: () => pause(50),
    ...options,
    on: {
      connected: () => log.push('connected'),
      closed: (event) => log.push(event.code),
      ...options.on,
    },
  });
  t.after(() => client.dispose());
  return Object.assign(client, { log });
}

/** Runs an operation with one answer. */
async function once(client, query, variables) {
  const answers = [];
  for await (const answer of client.iterate({ query, variables })) answers.push(answer);
  assert.equal(answers.length, 1);
  return answers[0];
}

/** Follows the inbox; next() waits for the next event. */
function follow(client, after) {
  const events = client.iterate({ query: inboxEvents, variables: { after } });
  return {
    async next() {
      const { value, done } = await events.next();
      assert.equal(done, false, 'the subscription has ended');
      assert.equal(value.errors, undefined, JSON.stringify(value.errors));
      return value.data.inboxEvents;
    },
    end: () => events.return(),
  };
}

const cursorOf = async (server, name) => (await server.ask(name, '{ unread { cursor } }')).unread.cursor;

async function closed(client) {
  const end = Date.now() + 20_000;
  while (!client.log.some((entry) => typeof entry === 'number') && Date.now() < end) await pause(10);
  return client.log.find((entry) => typeof entry === 'number');
}

test('the official graphql-ws client', async (t) => {
  const server = await startServer(t);
  await server.befriend('alice', 'bob');

  await t.test('connects and asks', async (t) => {
    const client = connect(t, server, 'bob');
    assert.deepEqual(await once(client, '{ me { handle } }'), { data: { me: { handle: 'bob' } } });
    assert.deepEqual(client.log, ['connected', 1000].slice(0, client.log.length));
  });

  await t.test('runs many operations on one socket', async (t) => {
    const client = connect(t, server, 'bob', { lazyCloseTimeout: 1000 });
    const events = follow(client, await cursorOf(server, 'bob'));
    const answers = Promise.all(Array.from({ length: 50 }, () => once(client, '{ me { handle } }')));
    const setting = once(client, 'mutation { setReadReceipts(on: false) { __typename } }');
    assert.equal((await answers).filter(({ data }) => data.me.handle === 'bob').length, 50);
    assert.equal((await setting).data.setReadReceipts.__typename, 'SettingsSuccess');
    await server.send('alice', 'bob', 'among others');
    let event = await events.next();
    if (!event.message) event = await events.next(); // the setting has its event
    assert.equal(event.message.body, 'among others');
    assert.deepEqual(client.log, ['connected'], 'all on one socket');
    await events.end();
  });

  await t.test('hears errors of an operation, and the next one is not ended by them', async (t) => {
    const client = connect(t, server, 'bob', { lazyCloseTimeout: 1000 });
    for (let i = 0; i < 20; i++) {
      await assert.rejects(
        once(client, '{ nothing }'),
        (errors) => errors[0].extensions.code === 'GRAPHQL_VALIDATION_FAILED',
      );
      assert.deepEqual(await once(client, '{ me { handle } }'), { data: { me: { handle: 'bob' } } });
    }
    const { errors } = await once(client, '{ inbox(first: 0) { nodes { id } } }');
    assert.equal(errors[0].extensions.code, 'INVALID_INPUT');
    const refused = await once(client, inboxEvents, { after: 'nonsense' });
    assert.equal(refused.errors[0].extensions.code, 'INVALID_CURSOR');
    assert.deepEqual(client.log, ['connected']);
  });

  await t.test('completes a subscription, and hears no more of it', async (t) => {
    const client = connect(t, server, 'bob', { lazyCloseTimeout: 1000 });
    const events = follow(client, await cursorOf(server, 'bob'));
    await server.send('alice', 'bob', 'heard');
    assert.equal((await events.next()).message.body, 'heard');
    const heard = [];
    client.on('message', (message) => heard.push(message.type));
    await events.end();
    await server.send('alice', 'bob', 'unheard');
    await once(client, '{ me { handle } }');
    assert.deepEqual(heard, ['next', 'complete'], 'only what was asked after');
  });

  await t.test('cancels a query before it is answered', async (t) => {
    const client = connect(t, server, 'bob', { lazyCloseTimeout: 1000 });
    await once(client, '{ me { handle } }');
    const answers = [];
    const cancel = client.subscribe(
      { query: '{ me { handle } }' },
      { next: (a) => answers.push(a), error: assert.fail, complete() {} },
    );
    cancel();
    await once(client, '{ me { handle } }');
    assert.deepEqual(answers, []);
  });

  await t.test('keeps itself alive with pings', async (t) => {
    let pongs;
    const three = new Promise((resolve) => {
      let n = 0;
      pongs = (received) => received && ++n === 3 && resolve();
    });
    const client = connect(t, server, 'bob', { lazy: false, keepAlive: 20, on: { pong: pongs } });
    await three;
    client.dispose();
  });

  await t.test('is refused with a code after which it does or does not come back', async (t) => {
    const stranger = connect(t, server, 'bob', { connectionParams: { token: 'nonsense' }, retryAttempts: 1 });
    await assert.rejects(once(stranger, '{ me { handle } }'), (event) => event.code === 4403);
    assert.deepEqual(stranger.log, [4403, 4403], 'it may come back with another token');
    class Foreign extends WebSocket {
      constructor(url) {
        super(url, 'graphql-ws');
      }
    }
    const foreign = connect(t, server, 'bob', { webSocketImpl: Foreign, retryAttempts: 5 });
    await assert.rejects(once(foreign, '{ me { handle } }'));
  });

  await t.test('renews its token on the socket', async (t) => {
    let socket;
    let renewed;
    const answer = new Promise((resolve) => (renewed = resolve));
    const client = connect(t, server, 'bob', {
      lazyCloseTimeout: 60_000,
      connectionParams: { token: server.token('bob', { seconds: 1 }) },
      on: {
        connected: (s) => (socket = s),
        ping(received, payload) {
          if (!received || !payload?.tokenExpiresInSeconds) return;
          socket.send(JSON.stringify({ type: 'ping', payload: { token: server.token('bob') } }));
        },
        pong: (received, payload) => received && payload?.expiresAt && renewed(payload.expiresAt),
      },
    });
    await once(client, '{ me { handle } }');
    assert.ok(new Date(await answer) - Date.now() > 3_000_000);
    await once(client, '{ me { handle } }');
  });

  await t.test('comes back after a restart and a kill, and resumes by cursor', async (t) => {
    let after = await cursorOf(server, 'bob');
    const want = [];
    const got = [];
    const client = connect(t, server, 'bob', { retryAttempts: 0, lazyCloseTimeout: 0 });
    let all;
    const complete = new Promise((resolve) => (all = resolve));
    const stopping = new AbortController();
    // Its own retries would repeat the first cursor, so it subscribes anew with the newest.
    const following = (async () => {
      while (!stopping.signal.aborted) {
        try {
          for await (const { data } of client.iterate({ query: inboxEvents, variables: { after } })) {
            after = data.inboxEvents.cursor;
            got.push(data.inboxEvents.message.body);
            if (got.length === 60) all();
          }
        } catch {
          await pause(20);
        }
      }
    })();
    const say = async (n) => {
      for (let i = 0; i < n; i++) {
        want.push(`message ${want.length}`);
        await server.send('alice', 'bob', want.at(-1));
      }
    };
    await say(20);
    await server.stop();
    await server.start();
    await say(20);
    await server.kill();
    await server.start();
    await say(20);
    await complete;
    assert.deepEqual(got, want);
    const codes = client.log.filter((entry) => typeof entry === 'number');
    assert.ok(codes.includes(1012), `the restart said so: ${codes}`);
    stopping.abort();
    client.dispose();
    await following;
  });

  await t.test('comes back by itself after a restart', async (t) => {
    const client = connect(t, server, 'bob', { retryAttempts: 400, shouldRetry: () => true, lazy: false });
    await once(client, '{ me { handle } }');
    const back = new Promise((resolve) => client.on('connected', resolve));
    await server.stop();
    await server.start();
    assert.equal(await closed(client), 1012);
    await back;
    await once(client, '{ me { handle } }');
  });
});
