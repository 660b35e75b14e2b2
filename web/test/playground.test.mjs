import assert from 'node:assert/strict';
import test from 'node:test';
import { results, startBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

// The button does nothing before the editors are there.
async function run(page) {
  for (const editor of ['.graphiql-query-editor', '.graphiql-editor-tool', '.result-window']) {
    await page.locator(`${editor} .CodeMirror:visible`).waitFor();
  }
  await page.getByRole('button', { name: /^Execute query/ }).click();
}

const tab = (page, name) => page.getByRole('tab', { name, exact: true }).click();
const response = (page) => page.locator('.result-window');

/** Changes the text of an editor. */
async function fill(editor, change) {
  const element = editor.locator('.CodeMirror:visible');
  const before = await element.evaluate((e) => e.CodeMirror.getValue());
  await element.evaluate((e, text) => e.CodeMirror.setValue(text), change(before));
}

/** Resolves when the response holds the text; says what it held instead otherwise. */
async function holds(page, text) {
  await response(page)
    .getByText(text)
    .first()
    .waitFor()
    .catch(async (error) => {
      throw new Error(`no ${text} in: ${await response(page).innerText()}`, { cause: error });
    });
}

test('the playground lists the schema, sends as bob, and shows the event arrive as alice', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/playground?as=alice');
  const bob = await browser.open('/playground?as=bob');

  await alice.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await alice.getByRole('link', { name: 'Subscription', exact: true }).click();
  await alice.locator('.graphiql-plugin').getByText('inboxEvents').waitFor();

  await tab(alice, 'WatchMyInbox');
  // From a cursor on, so that it does not matter which of the two is quicker.
  const { unread } = await server.ask('alice', '{ unread { cursor } }');
  await fill(alice.locator('.graphiql-query-editor'), (text) =>
    text.replace('inboxEvents {', `inboxEvents(after: "${unread.cursor}") {`),
  );
  await run(alice);

  await run(bob);
  await holds(bob, '"bob"');
  const to = await server.idOf('alice');
  await tab(bob, 'SendToBob');
  await bob.locator('.graphiql-editor-tools button', { hasText: 'Variables' }).click();
  await fill(bob.getByRole('region', { name: 'Variables' }), () => JSON.stringify({ to, clientMessageId: 'k1' }));
  await run(bob);
  await holds(bob, '"sent"');

  await holds(alice, '"MessageAdded"');
  await holds(alice, '"Did you see how it ends?"');
  await alice.screenshot({ path: results + 'playground.png' });
});

test('another person is one choice away, and everything is asked as them', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/playground?as=alice');
  await run(page);
  await holds(page, '"alice"');
  await page.getByLabel('You are').selectOption('chloe');
  const token = (await server.people()).find((p) => p.handle === 'chloe');
  assert.ok(token);
  await run(page);
  await holds(page, '"chloe"');
  await tab(page, 'WhoCanMessageMe');
  await run(page);
  await holds(page, '"FRIENDS"');
  const { messagingSettings } = await server.ask('chloe', '{ messagingSettings { whoCanMessageMe } }');
  assert.equal(messagingSettings.whoCanMessageMe, 'FRIENDS');
});
