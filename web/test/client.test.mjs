import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

/** Opens the conversation of whoever the page is with someone, by the pencil and the search. */
async function writeTo(page, name) {
  await page.getByRole('button', { name: 'New message' }).click();
  await page.getByRole('searchbox', { name: 'Search people' }).fill(name);
  await page.getByRole('dialog').getByRole('listitem').filter({ hasText: `@${name}` }).getByRole('button').click();
}

async function type(page, text) {
  await page.getByRole('textbox', { name: /^Message to/ }).fill(text);
  await page.keyboard.press('Enter');
}

const message = (page, text) => page.getByRole('article').filter({ hasText: text });
const standing = (page, text) => page.locator('article.message[data-seq]').filter({ hasText: text });
const item = (page, name) => page.locator('.list a').filter({ hasText: name });

test('what alice sends arrives at bob live, and she sees that he has read it', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');
  const bob = await browser.open('/?as=bob');

  await item(alice, 'Bob').click();
  await item(bob, 'Alice').waitFor();
  await type(alice, 'Low tide at six.');
  await standing(alice, 'Low tide at six.').waitFor();
  await item(bob, 'Alice').filter({ hasText: 'Low tide at six.' }).click();
  await standing(bob, 'Low tide at six.').waitFor();
  await alice.getByText('Read', { exact: true }).waitFor();

  await bob.getByRole('button', { name: 'Share a video' }).click();
  await bob.getByLabel('Address of the video').fill('https://videos.example/watch/1');
  await bob.getByLabel('Title of the video').fill('Six in the morning');
  await bob.getByRole('button', { name: 'Send' }).click();
  await alice.getByRole('log').getByRole('link', { name: /Six in the morning/ }).waitFor();
  assert.equal(await standing(alice, 'Low tide at six.').count(), 1);
});

test('a request is told beforehand, accepted with a word, and declined without one', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/requests?as=alice');
  const david = await browser.open('/?as=david');
  const hugo = await browser.open('/?as=hugo');

  await item(alice, 'David').click();
  await alice.getByRole('button', { name: 'Accept' }).click();
  await alice.getByRole('group', { name: 'Message request' }).waitFor({ state: 'detached' });
  await item(david, 'Alice').click();
  await david.getByText('Arrives as a request').waitFor({ state: 'detached' });
  await type(david, 'Thank you!');
  await standing(alice, 'Thank you!').waitFor();

  await alice.getByRole('link', { name: /^Requests/ }).click();
  await item(hugo, 'Alice').click();
  await hugo.getByText('Arrives as a request: 2 messages').waitFor();
  await item(alice, 'Hugo').click();
  await alice.getByRole('button', { name: 'Decline' }).click();
  await item(alice, 'Hugo').waitFor({ state: 'detached' });
  // Nothing tells hugo; he learns at his next message no more than that it is not accepted.
  await type(hugo, 'Are you there?');
  await message(hugo, 'Are you there?').getByText('does not accept messages').waitFor();
  assert.equal(await item(alice, 'Hugo').count(), 0);
});

test('I1: under NO_ONE the next message is refused, and says so', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');
  const bob = await browser.open('/?as=bob');

  await item(alice, 'Bob').click();
  await type(alice, 'One before.');
  await standing(alice, 'One before.').waitFor();
  await bob.getByRole('button', { name: 'Who can message me' }).click();
  await bob.getByRole('radio', { name: /^No one/ }).check();
  await bob.getByRole('button', { name: 'Close' }).click();
  await bob.locator('.who-can').getByText('No one').waitFor();

  await type(alice, 'One after.');
  await message(alice, 'One after.').getByText('Not sent.').waitFor();
  await alice.locator('.denied').getByText('Bob Okafor does not accept messages from you.').waitFor();
  await item(bob, 'Alice').click();
  await standing(bob, 'One before.').waitFor();
  assert.equal(await message(bob, 'One after.').count(), 0);
  await bob.getByText('Nobody can message you').waitFor();
});

test('a block ends it and its end begins it again', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');

  await item(alice, 'Bob').click();
  const menu = alice.getByLabel('More about Bob Okafor');
  await menu.click();
  await alice.getByRole('button', { name: 'Block…' }).click();
  await alice.getByRole('button', { name: 'Block Bob Okafor' }).click();
  await alice.locator('.denied').getByText('You have blocked Bob Okafor.').waitFor();
  await menu.click();
  await alice.getByRole('button', { name: 'Unblock' }).click();
  // The follow is severed, but bob has written to her before, so she is known to him.
  await alice.getByRole('textbox', { name: 'Message to Bob Okafor' }).waitFor();
});

test('the pencil says what would become of a message', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const david = await browser.open('/?as=david');
  await item(david, 'Bob').waitFor();
  await david.keyboard.press('n');
  await david.getByRole('dialog').getByText('Suggested friends').waitFor();
  await david.getByRole('searchbox', { name: 'Search people' }).fill('gina');
  await david.getByRole('dialog').getByText('Gina Park does not accept messages from you.').waitFor();
  await david.getByRole('searchbox', { name: 'Search people' }).fill('bob');
  await david.getByRole('dialog').getByText('Reaches their inbox.').waitFor();
  await david.keyboard.press('Escape');
  await writeTo(david, 'bob');
  await type(david, 'Again: offside.');
  await standing(david, 'Again: offside.').waitFor();
});

test('two people stand side by side', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/demo');
  const [one, other] = ['One person', 'Another person'].map((title) => page.frameLocator(`iframe[title="${title}"]`));
  await one.locator('.list a').filter({ hasText: 'Bob' }).click();
  await one.getByRole('textbox', { name: /^Message to/ }).fill('Look right.');
  await one.getByRole('textbox', { name: /^Message to/ }).press('Enter');
  await other.locator('.list a').filter({ hasText: 'Look right.' }).waitFor();
});
