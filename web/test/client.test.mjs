import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { item, menu, message, stored, type, writeTo } from './steps.mjs';
import { startServer } from './server.mjs';

test('what alice sends arrives at bob live, and she sees that he has read it', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');
  const bob = await browser.open('/?as=bob');

  await item(alice, 'Bob').click();
  await item(bob, 'Alice').waitFor();
  await type(alice, 'Low tide at six.');
  await stored(alice, 'Low tide at six.').waitFor();
  await item(bob, 'Alice').filter({ hasText: 'Low tide at six.' }).click();
  await stored(bob, 'Low tide at six.').waitFor();
  await alice.getByText('Read', { exact: true }).waitFor();

  await bob.getByRole('button', { name: 'Share a video' }).click();
  await bob.getByLabel('Video link').fill('https://videos.example/watch/1');
  await bob.getByLabel('Video title').fill('Six in the morning');
  await bob.getByRole('button', { name: 'Send', exact: true }).click();
  await alice.getByRole('log').getByRole('link', { name: /Six in the morning/ }).waitFor();
  assert.equal(await stored(alice, 'Low tide at six.').count(), 1);
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
  await david.getByText('Will be sent as a request').waitFor({ state: 'detached' });
  await type(david, 'Thank you!');
  await stored(alice, 'Thank you!').waitFor();

  await alice.getByRole('link', { name: /^Requests/ }).click();
  await item(hugo, 'Alice').click();
  await hugo.locator('.hint').getByText('Will be sent as a request: 2 messages').waitFor();
  await item(alice, 'Hugo').click();
  await alice.getByRole('button', { name: 'Decline' }).click();
  await item(alice, 'Hugo').waitFor({ state: 'detached' });
  // Nothing tells hugo: his next message is taken as in a request that waits, and alice gets none.
  await type(hugo, 'Are you there?');
  await stored(hugo, 'Are you there?').waitFor();
  await hugo.locator('.hint').getByText('Will be sent as a request: 1 message').waitFor();
  assert.equal(await item(alice, 'Hugo').count(), 0);
});

test('several requests are answered at once', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/requests?as=alice');
  await alice.getByRole('button', { name: 'Select' }).click();
  await alice.getByRole('checkbox', { name: 'Select the request from David Klein' }).check();
  await alice.getByText('1 selected').waitFor();
  await alice.getByRole('checkbox', { name: '1 selected' }).check();
  await alice.getByText('2 selected').waitFor();
  await alice.getByRole('button', { name: 'Decline' }).click();
  await alice.getByText('No requests').waitFor();
  const { inbox } = await server.ask('alice', '{ inbox(folder: REQUESTS) { nodes { id } } }');
  assert.deepEqual(inbox.nodes, []);
});

test('what is hidden lies behind a door', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const farid = await browser.open('/requests?as=farid');
  await farid.getByRole('link', { name: 'Hidden requests' }).click();
  await farid.getByText('These requests are hidden').waitFor();
  assert.equal(await item(farid, 'Gina').count(), 0);
  await farid.getByRole('button', { name: 'Show hidden requests' }).click();
  await item(farid, 'Gina').click();
  await stored(farid, 'That crust!').waitFor();
});

test('I1: under NO_ONE the next message is refused, and says so', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');
  const bob = await browser.open('/?as=bob');

  await item(alice, 'Bob').click();
  await type(alice, 'One before.');
  await stored(alice, 'One before.').waitFor();
  await bob.getByRole('link', { name: /^Who can message me/ }).click();
  await bob.getByRole('radio', { name: /^No one/ }).check();
  await bob.locator('.who-can').getByText('No one').waitFor();

  await type(alice, 'One after.');
  await alice.locator('.why').getByText('Not sent.').waitFor();
  await alice.locator('.denied').getByText('Bob Okafor does not accept messages from you.').waitFor();
  await bob.getByRole('link', { name: /^Inbox/ }).click();
  await item(bob, 'Alice').click();
  await stored(bob, 'One before.').waitFor();
  assert.equal(await message(bob, 'One after.').count(), 0);
  await bob.getByText('No one can message you at the moment').waitFor();
});

test('a setting is undone at once, and later from the history', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const bob = await browser.open('/settings?as=bob');
  const now = (name) => bob.locator('.who-can').getByText(name, { exact: true }).waitFor();
  await bob.getByRole('radio', { name: /^Everyone/ }).check();
  await now('Everyone');
  await bob.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await now('Friends');
  await bob.getByRole('radio', { name: /^No one/ }).check();
  await now('No one');
  await bob.getByRole('link', { name: 'History', exact: true }).first().click();
  await bob.getByRole('listitem').filter({ hasText: 'Friends → No one' }).getByRole('button').click();
  await now('Friends');
  await bob.getByRole('listitem').filter({ hasText: 'No one → Friends' }).waitFor();
});

test('a block ends it and its end begins it again', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');

  await item(alice, 'Bob').click();
  await menu(alice, 'Bob Okafor', 'Block…');
  await alice.getByRole('button', { name: 'Block Bob Okafor' }).click();
  await alice.locator('.denied').getByText('You have blocked Bob Okafor.').waitFor();
  await alice.getByRole('link', { name: /^Who can message me/ }).click();
  await alice.getByRole('link', { name: 'Blocked people' }).click();
  await alice.getByRole('button', { name: 'Unblock Bob Okafor' }).click();
  await alice.getByText('You have not blocked anyone.').waitFor();
  // The follow is severed, but bob has written to her before, so she is known to him.
  await alice.getByRole('link', { name: /^Inbox/ }).click();
  await item(alice, 'Bob').click();
  const field = alice.getByRole('textbox', { name: 'Message to Bob Okafor' });
  await field.waitFor();

  // The way out also stands where one would write, and leads back to it.
  await menu(alice, 'Bob Okafor', 'Block…');
  await alice.getByRole('button', { name: 'Block Bob Okafor' }).click();
  await alice.locator('.denied').getByRole('button', { name: 'Unblock' }).click();
  await field.waitFor();
  assert.ok(await field.evaluate((element) => element === document.activeElement), 'one can write at once');
});

test('what was written is taken back, for both', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');
  const bob = await browser.open('/?as=bob');
  await item(bob, 'Alice').click();
  await item(alice, 'Bob').click();
  await type(alice, 'Wrong window.');
  await stored(bob, 'Wrong window.').waitFor();
  await stored(alice, 'Wrong window.').hover();
  await stored(alice, 'Wrong window.').getByRole('button', { name: 'Unsend' }).click();
  await alice.getByRole('dialog').getByRole('button', { name: 'Unsend' }).click();
  for (const page of [alice, bob]) {
    await stored(page, 'Message deleted').waitFor();
    assert.equal(await message(page, 'Wrong window.').count(), 0);
  }
});

test('a video in a request cannot be opened before a yes, unless one wants to', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/requests?as=alice');
  await item(alice, 'Hugo').click();
  await alice.getByText('Hidden until you accept').waitFor();
  assert.equal(await alice.getByRole('log').getByRole('link').count(), 0);
  await alice.getByRole('button', { name: 'Accept' }).click();
  await alice.getByRole('log').getByRole('link', { name: /My first montage/ }).waitFor();
  await alice.getByRole('link', { name: /^Who can message me/ }).click();
  await alice.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Requests' }).click();
  await alice.getByRole('switch', { name: 'Show links and videos in requests' }).check();
  await alice.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'History' }).click();
  await alice.getByText('Links and videos in requests shown').waitFor();
});

test('a request is reported and its sender blocked in one step', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/requests?as=alice');
  await item(alice, 'Hugo').click();
  await alice.getByRole('button', { name: 'Report…' }).click();
  await alice.getByRole('radio', { name: 'Advertising or spam' }).check();
  await alice.getByRole('checkbox', { name: 'Also block Hugo Silva' }).check();
  await alice.getByRole('dialog').getByRole('button', { name: 'Report' }).click();
  await alice.getByText('Reported. Thank you.').waitFor();
  const { myReports, blockedUsers } = await server.ask(
    'alice',
    '{ myReports { nodes { category } } blockedUsers { nodes { handle } } }',
  );
  assert.deepEqual(myReports.nodes, [{ category: 'SPAM' }]);
  assert.deepEqual(blockedUsers.nodes, [{ handle: 'hugo' }]);
});

test('someone is always let in, past the setting, until that is taken back', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');
  await item(alice, 'Bob').click();
  await menu(alice, 'Bob Okafor', 'Always allow');
  await alice.getByText('Bob Okafor can always message you.').waitFor();
  await alice.getByRole('link', { name: /^Who can message me/ }).click();
  await alice.getByRole('radio', { name: /^No one/ }).check();
  await alice.locator('.who-can').getByText('No one').waitFor();
  await server.send('bob', 'alice', 'Past the door.');
  await alice.getByRole('link', { name: 'Exceptions', exact: true }).click();
  await alice.getByRole('button', { name: 'Remove Bob Okafor' }).click();
  await alice.getByRole('button', { name: 'Remove Bob Okafor' }).waitFor({ state: 'detached' });
  await assert.rejects(server.send('bob', 'alice', 'And now?'), /MessageNotAllowed/);
});

test('the pencil says what would become of a message before a word is typed', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const david = await browser.open('/?as=david');
  await item(david, 'Bob').waitFor();
  await david.keyboard.press('n');
  await david.getByRole('dialog').getByText('Suggested friends').waitFor();
  await david.getByRole('option', { name: /@farid/ }).waitFor();
  const search = david.getByRole('combobox', { name: 'Search people' });
  await search.fill('gina');
  await david.getByRole('option', { name: /Gina Park does not accept messages from you/ }).waitFor();
  await search.fill('bob');
  await david.getByRole('option', { name: /Goes to their inbox/ }).waitFor();
  await david.keyboard.press('Escape');
  await david.getByRole('dialog').waitFor({ state: 'detached' });
  await writeTo(david, 'bob');
  await type(david, 'Again: offside.');
  await stored(david, 'Again: offside.').waitFor();
});

test('what was begun stays with its conversation, over a reload', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/?as=alice');
  await item(alice, 'Bob').click();
  await alice.getByRole('textbox', { name: 'Message to Bob Okafor' }).fill('Half a thou');
  await item(alice, 'Chlo').click();
  await item(alice, 'Bob').getByText('Draft: Half a thou').waitFor();
  await alice.reload();
  await item(alice, 'Bob').click();
  await alice.getByRole('textbox', { name: 'Message to Bob Okafor' }).waitFor();
  assert.equal(await alice.getByRole('textbox', { name: 'Message to Bob Okafor' }).inputValue(), 'Half a thou');
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

test('an address with nothing behind it says so, 404 all the same, and leads back to the inbox', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('about:blank', { locale: 'fr-FR' });
  const answer = await page.goto(`${browser.url}/nope?as=alice`);
  assert.equal(answer.status(), 404);
  await page.getByRole('heading', { name: 'Page introuvable' }).waitFor();
  assert.equal(await page.locator('.rail nav [aria-current], .who-can[aria-current]').count(), 0);
  await page.getByRole('button', { name: 'Aller à la boîte de réception' }).click();
  await item(page, 'Bob').waitFor();
  await page.waitForFunction(() => location.pathname === '/');
  await page.goBack();
  await page.getByRole('heading', { name: 'Page introuvable' }).waitFor();
});

test('the address is that of what is on screen, from the tap on', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/?as=alice');
  const bob = item(page, 'Bob');
  const href = await bob.getAttribute('href');
  // Within the tap itself: who reloads at that moment gets the conversation and not the list.
  const at = await bob.evaluate((link) => (link.click(), location.pathname + location.search));
  assert.equal(at, href);
  await page.reload();
  await page.locator('.conversation > header').getByText('@bob').waitFor();
  await page.goBack();
  await page.waitForFunction(() => location.pathname === '/');
  await page.getByText('No conversation selected').waitFor();
});
