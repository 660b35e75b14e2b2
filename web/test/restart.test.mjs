import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

const numbered = (page) =>
  page.locator('article.message[data-seq] .body').evaluateAll((all) =>
    all.map((p) => p.textContent).filter((text) => /^number \d+$/.test(text)),
  );

async function type(page, text) {
  await page.getByRole('textbox', { name: /^Message to/ }).fill(text);
  await page.keyboard.press('Enter');
}

const stands = (page, text) => page.locator('article.message[data-seq]').filter({ hasText: text }).waitFor();

test('I2, I4: a server that is killed in the middle loses nothing and doubles nothing', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');
  const bob = await browser.open('/?as=bob');
  await alice.locator('.list a').filter({ hasText: 'Bob' }).click();
  await bob.locator('.list a').filter({ hasText: 'Alice' }).click();
  await type(alice, 'number 1');
  await stands(bob, 'number 1');

  // The answers to these never reach alice, so her client has to ask again with the same
  // clientMessageId.
  await alice.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('SendMessage')) return route.continue();
    await route.fetch().catch(() => undefined);
    await route.abort();
  });
  await type(alice, 'number 2');
  await stands(bob, 'number 2');
  await server.kill();
  await alice.unrouteAll({ behavior: 'wait' });
  for (const page of [alice, bob]) await page.getByText('Reconnecting…').waitFor();
  await type(alice, 'number 3');
  await type(alice, 'number 4');
  await alice.locator('article.sending').filter({ hasText: 'number 4' }).waitFor();

  await server.start();
  // Behind both clients' backs: they can know of it only from the log after their cursor.
  await server.send('bob', 'alice', 'number 5, from elsewhere');
  for (const page of [alice, bob]) {
    await stands(page, 'number 4');
    await stands(page, 'number 5, from elsewhere');
    await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
  }
  await type(alice, 'number 6');
  for (const page of [alice, bob]) await stands(page, 'number 6');
  const expected = ['number 1', 'number 2', 'number 3', 'number 4', 'number 6'];
  assert.deepEqual(await numbered(alice), expected);
  assert.deepEqual(await numbered(bob), expected);

  const { conversationWith } = await server.ask(
    'alice',
    'query($id: ID!) { conversationWith(userId: $id) { messages(first: 100) { nodes { seq body } } } }',
    { id: await server.idOf('bob') },
  );
  const nodes = conversationWith.messages.nodes.toReversed();
  assert.deepEqual(nodes.map((m) => m.seq), nodes.map((_, i) => i + 1), 'seq is gapless');
  assert.deepEqual(nodes.map((m) => m.body).filter((body) => /^number \d+$/.test(body)), expected);
});
