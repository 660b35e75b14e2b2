import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { item } from './steps.mjs';
import { startServer } from './server.mjs';
import { newcomers } from './fixtures.mjs';

test('a request says how one knows its sender, in the list and where it is opened', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  await newcomers(server, 1, 'alice');
  const alice = await browser.open('/requests?as=alice');
  // David follows alice, the app suggests the two, and both are friends with bob.
  await item(alice, 'David').getByText('Follows you · 1 friend in common · new account').waitFor();
  await item(alice, 'newcomer').getByText('Nothing in common yet · new account').waitFor();
  await item(alice, 'David').click();
  const asks = alice.getByRole('group', { name: 'Message request' });
  await asks.getByText('They follow you · 1 friend in common · Suggested to you').waitFor();
  await asks.getByText('You both know Bob Okafor.').waitFor();
  await asks.getByText('New account, created today').waitFor();

  // With a yes it is no request any more, and nobody has to say how one knows them.
  await alice.getByRole('button', { name: 'Accept' }).click();
  await asks.waitFor({ state: 'detached' });
  const { conversationWith } = await server.ask(
    'alice',
    'query($id: ID!) { conversationWith(userId: $id) { senderContext { suggested } } }',
    { id: await server.idOf('david') },
  );
  assert.equal(conversationWith.senderContext, null);
});
