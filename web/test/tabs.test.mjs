import assert from 'node:assert/strict';
import test from 'node:test';
import { signer } from '../packages/client/test/world.mjs';
import { startBrowser } from './browser.mjs';
import { startCutter } from './cutproxy.mjs';
import { item, stored, type } from './steps.mjs';
import { startServer } from './server.mjs';

/** Counts the sockets that a page has open. */
function sockets(page) {
  const counter = { open: 0, ever: 0 };
  page.on('websocket', (socket) => {
    counter.open++;
    counter.ever++;
    socket.on('close', () => counter.open--);
  });
  return counter;
}

/** How often a message stands in a conversation, by the server. */
async function written(server, body) {
  const { conversationWith } = await server.ask(
    'alice',
    'query($id: ID!) { conversationWith(userId: $id) { messages(first: 100) { nodes { body } } } }',
    { id: await server.idOf('bob') },
  );
  return conversationWith.messages.nodes.filter((m) => m.body === body).length;
}

const reconnecting = (page) => page.getByText('Reconnecting…');

test('two tabs share one socket and one outbox, and the second takes over when the first closes', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const first = await browser.open('/?as=alice');
  const firstSockets = sockets(first);
  // From here on, so that the socket of the first load is counted too.
  await first.reload();
  await item(first, 'Bob').click();
  await stored(first, '').first().waitFor();
  assert.equal(firstSockets.open, 1);

  const second = await first.context().newPage();
  const secondSockets = sockets(second);
  const asked = [];
  second.on('request', (request) => request.method() === 'POST' && asked.push(request.postData()));
  await second.goto(`${server.url}/?as=alice`);
  await item(second, 'Bob').click();
  await stored(second, '').first().waitFor();
  assert.equal(secondSockets.ever, 0, 'the second follows the first');
  assert.ok(!asked.some((body) => body.includes('query Start')), 'and has the inbox from it');

  // A draft that is begun in one tab can be ended in the other.
  await first.getByRole('textbox', { name: /^Message to/ }).fill('begun here');
  await second.locator('textarea').and(second.getByLabel(/^Message to/)).waitFor();
  await second.waitForFunction(() => document.querySelector('textarea').value === 'begun here');
  const sends = [];
  for (const page of [first, second]) {
    page.on('request', (request) => {
      const body = request.postData();
      if (body?.includes('mutation SendMessage')) sends.push(JSON.parse(body).variables.input.body);
    });
  }
  await second.getByRole('textbox', { name: /^Message to/ }).press('Enter');
  for (const page of [first, second]) await stored(page, 'begun here').waitFor();
  assert.deepEqual(sends, ['begun here'], 'one tab sent it');
  await server.send('bob', 'alice', 'to both tabs');
  for (const page of [first, second]) await stored(page, 'to both tabs').waitFor();
  assert.equal(firstSockets.open + secondSockets.open, 1);

  const takesOver = second.waitForEvent('websocket');
  await first.close();
  await takesOver;
  await server.send('bob', 'alice', 'to the one that is left');
  await stored(second, 'to the one that is left').waitFor();
  await type(second, 'sent by the heir');
  await stored(second, 'sent by the heir').waitFor();
  assert.equal(secondSockets.ever, 1);
  assert.equal(await written(server, 'begun here'), 1);
  const shown = await second.locator('article.message[data-seq]').evaluateAll((all) => all.map((a) => Number(a.dataset.seq)));
  assert.deepEqual(shown, shown.map((_, i) => shown[0] + i), 'nothing is missing and nothing stands twice');
});

test('I2: what is written offline waits through a reload and is sent once', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');
  await item(alice, 'Bob').click();
  await stored(alice, '').first().waitFor();

  // Nothing of hers gets out: the pages still load, the API is away.
  let tries = 0;
  const api = '**/graphql';
  await alice.route(api, (route) => {
    if (route.request().postData()?.includes('mutation SendMessage')) tries++;
    return route.abort();
  });
  for (const text of ['offline one', 'offline two']) await type(alice, text);
  for (const text of ['offline one', 'offline two']) {
    await alice.locator('article.sending').filter({ hasText: text }).waitFor();
  }
  await alice.reload();
  await reconnecting(alice).waitFor();
  assert.equal(await written(server, 'offline one'), 0);
  assert.ok(tries > 0);

  await alice.unrouteAll({ behavior: 'wait' });
  for (const text of ['offline one', 'offline two']) await stored(alice, text).waitFor();
  await reconnecting(alice).waitFor({ state: 'detached' });
  assert.equal(await alice.locator('article.sending').count(), 0);
  for (const text of ['offline one', 'offline two']) assert.equal(await written(server, text), 1);
  const bodies = await alice.locator('article.message[data-seq] .body').allTextContents();
  assert.deepEqual(bodies.slice(-2), ['offline one', 'offline two'], 'in order');
});

test('I4: sleep, a network that is gone without a word, and a server that restarts are caught up with', async (t) => {
  const server = await startServer(t);
  const cutter = await startCutter(t, server);
  const browser = await startBrowser(t, cutter);
  const bob = await browser.open('/?as=bob');
  await item(bob, 'Alice').click();
  await stored(bob, '').first().waitFor();

  await bob.context().setOffline(true);
  cutter.cut();
  await reconnecting(bob).waitFor();
  await server.send('alice', 'bob', 'while offline');
  await bob.context().setOffline(false);
  await stored(bob, 'while offline').waitFor();
  await reconnecting(bob).waitFor({ state: 'detached' });

  // Connections that stay open and carry nothing: the browser says it is online again, which is
  // reason enough to look.
  cutter.stall();
  await server.send('alice', 'bob', 'into the void');
  await bob.evaluate(() => dispatchEvent(new Event('online')));
  await stored(bob, 'into the void').waitFor();

  await server.kill();
  await reconnecting(bob).waitFor();
  await server.start();
  await server.send('alice', 'bob', 'after the restart');
  await stored(bob, 'after the restart').waitFor();
  const shown = await bob.locator('article.message[data-seq]').evaluateAll((all) => all.map((a) => Number(a.dataset.seq)));
  assert.deepEqual(shown, shown.map((_, i) => shown[0] + i));
});

test('a token that ends is replaced before anyone notices', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const sign = await signer(server, 'alice');
  const alice = await browser.open('about:blank');
  const counter = sockets(alice);
  const people = await server.people();
  let given = 0;
  await alice.route('**/dev/people', (route) => {
    given++;
    return route.fulfill({ json: people.map((p) => (p.handle === 'alice' ? { ...p, token: sign(5) } : p)) });
  });
  await alice.goto(`${server.url}/?as=alice`);
  await item(alice, 'Bob').click();
  await stored(alice, '').first().waitFor();
  let noticed = 0;
  await alice.exposeFunction('noticed', () => noticed++);
  await alice.evaluate(() => {
    new MutationObserver(() => document.body.innerText.includes('Reconnecting…') && window.noticed()).observe(document.body, {
      subtree: true,
      childList: true,
    });
  });
  // The third socket: two tokens have come to their end.
  while (counter.ever < 3) await alice.waitForEvent('websocket');
  await server.send('bob', 'alice', 'with a new token');
  await stored(alice, 'with a new token').waitFor();
  await type(alice, 'and an answer');
  await stored(alice, 'and an answer').waitFor();
  assert.ok(given >= 3);
  assert.equal(noticed, 0);
});
