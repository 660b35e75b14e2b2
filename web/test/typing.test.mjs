import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { item, stored, type } from './steps.mjs';
import { startServer } from './server.mjs';

test('who is writing is seen by the other, in the list and the conversation, until their message comes', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const [alice, bob] = [await browser.open('/?as=alice'), await browser.open('/?as=bob')];
  const inList = item(alice, 'Bob').getByText('Typing…');
  const inHeader = alice.locator('.conversation > header').getByText('Typing…');
  await item(alice, 'Bob').waitFor();
  await item(bob, 'Alice').click();
  const field = bob.locator('.composer textarea');

  await field.pressSequentially('I am');
  await inList.waitFor();
  await item(alice, 'Bob').click();
  await inHeader.waitFor();
  // A screen reader is told once, and not again at each letter.
  const announced = alice.locator('.conversation [aria-live=polite]', { hasText: 'is typing' });
  await announced.waitFor({ state: 'attached' });
  await alice.evaluate(() => {
    window.spoken = 0;
    const region = document.querySelector('.conversation > [aria-live=polite]');
    const count = (changes) => changes.forEach((c) => (window.spoken += c.addedNodes.length));
    new MutationObserver(count).observe(region, { childList: true, characterData: true, subtree: true });
  });
  const again = bob.waitForResponse((r) => r.request().postData()?.includes('signalTyping'));
  await bob.evaluate(() => (Date.now = ((now) => () => now() + 4000)(Date.now)));
  await field.press('Space');
  await again;
  // The message that was being written ends it at once.
  await field.press('Enter');
  await stored(alice, 'I am').waitFor();
  await inHeader.waitFor({ state: 'detached' });
  await announced.waitFor({ state: 'detached' });
  assert.equal(await alice.evaluate(() => window.spoken), 0);
});

test('who stops writing is not said to be writing for long', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('about:blank');
  await alice.clock.install();
  await alice.goto(`${browser.url}/?as=alice`);
  await item(alice, 'Bob').click();
  await stored(alice, 'Bring the thick suit').waitFor();
  const bob = await browser.open('/?as=bob');
  await item(bob, 'Alice').click();
  await bob.locator('.composer textarea').pressSequentially('I');
  const inHeader = alice.locator('.conversation > header').getByText('Typing…');
  await inHeader.waitFor();
  await alice.clock.fastForward(7000);
  await inHeader.waitFor({ state: 'detached' });
});

test('with receipts off nobody is told that one is writing', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  await server.ask('bob', 'mutation { setReadReceipts(on: false) { __typename } }');
  const [alice, bob] = [await browser.open('/?as=alice'), await browser.open('/?as=bob')];
  const told = [];
  bob.on('request', (request) => request.postData()?.includes('signalTyping') && told.push(request.postData()));
  await item(alice, 'Bob').click();
  await item(bob, 'Alice').click();
  await type(bob, 'Quietly.');
  await stored(alice, 'Quietly.').waitFor();
  assert.deepEqual(told, []);
});
