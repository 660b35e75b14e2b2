import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { item } from './steps.mjs';
import { startServer } from './server.mjs';
import { newcomers } from './fixtures.mjs';

const section = (page, name) => page.getByRole('link', { name, exact: true }).first().click();

/** Chooses somebody in the dialog that searches people. */
async function choose(page, handle) {
  await page.getByRole('combobox', { name: 'Search people' }).fill(handle);
  await page.getByRole('option').filter({ hasText: `@${handle}` }).click();
}

test('the setting is seen with the eyes of an example and of a person, and follows it', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const bob = await browser.open('/settings?as=bob');
  const preview = bob.getByRole('region', { name: 'Preview as another person' });
  await preview.getByText('If a stranger messages you, the message is not accepted.').waitFor();
  await preview.getByRole('button', { name: 'A friend' }).click();
  await preview.getByText('If a friend messages you, the message goes to your inbox.').waitFor();
  await preview.getByRole('listitem').filter({ hasText: 'You follow each other' }).waitFor();
  await preview.getByText('You follow each other. With your setting “Friends”, their messages go to your inbox.').waitFor();

  await preview.getByRole('button', { name: 'Choose a person' }).click();
  await choose(bob, 'hugo');
  await preview.getByText('If Hugo Silva messages you, the message is not accepted.').waitFor();
  await preview.getByRole('listitem').filter({ hasText: 'They follow you' }).waitFor();
  await preview.getByText('They follow you. With your setting “Friends”, they cannot message you.').waitFor();
  await bob.getByRole('radio', { name: /^Everyone/ }).check();
  await preview.getByText('If Hugo Silva messages you, the message goes to your requests.').waitFor();

  // A rule that goes before the choice, and the way to it.
  await server.ask('bob', 'mutation($id: ID!) { setListed(userId: $id, list: ALWAYS) { __typename } }', {
    id: await server.idOf('hugo'),
  });
  await bob.getByRole('radio', { name: /^No one/ }).check();
  await preview.getByText('If Hugo Silva messages you, the message goes to your inbox.').waitFor();
  await preview.getByText('You always allow this person.').waitFor();
  await preview.getByRole('link', { name: 'Change' }).first().click();
  await bob.getByRole('button', { name: 'Remove Hugo Silva' }).waitFor();

  // A rule with something in its sentence, in another language than the server's.
  const request = await server.ask('alice', '{ inbox(folder: REQUESTS) { nodes { id ... on DirectConversation { with { handle } } } } }');
  const hugos = request.inbox.nodes.find((c) => c.with.handle === 'hugo');
  await server.ask('alice', 'mutation($ids: [ID!]!) { declineRequests(conversationIds: $ids) { __typename } }', { ids: [hugos.id] });
  const alice = await browser.open('/settings?as=alice', { locale: 'fr-FR', timezoneId: 'Europe/Paris' });
  const yeux = alice.getByRole('region', { name: 'Voir comme une autre personne' });
  await yeux.getByRole('button', { name: 'Choisir une personne' }).click();
  await alice.locator('dialog[open] input').fill('hugo');
  await alice.getByRole('option').filter({ hasText: '@hugo' }).click();
  await yeux.getByText(/Vous avez refusé sa demande\. Jusqu’au \d+ \S+ \d{4}.* \d\d:\d\d, ses messages ne vous parviennent pas\./).waitFor();
});

test('each answer says how many people it would let in, before it is chosen', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const bob = await browser.open('/settings?as=bob');
  const { whoCouldMessageMe } = await server.ask('bob', '{ whoCouldMessageMe { audience inbox requests } }');
  const of = (audience) => whoCouldMessageMe.find((r) => r.audience === audience);
  const answer = (name) => bob.locator('.audiences label').filter({ has: bob.getByRole('radio', { name }) });
  assert.ok(of('FRIENDS').inbox > 1 && of('EVERYONE').requests > 1, 'the demo has something to count');
  await answer(/^Friends/).getByText(`${of('FRIENDS').inbox} people reach your inbox · no one else`).waitFor();
  await answer(/^Everyone/)
    .getByText(`${of('EVERYONE').inbox} people reach your inbox · ${of('EVERYONE').requests} can send a request · everyone else can send a request`)
    .waitFor();
  await answer(/^No one/).getByText('No one can message you').waitFor();
  // A person on the ALWAYS list counts under NO_ONE too; a change of settings asks anew.
  await server.ask('bob', 'mutation($id: ID!) { setListed(userId: $id, list: ALWAYS) { __typename } }', {
    id: await server.idOf('hugo'),
  });
  await bob.getByRole('radio', { name: /^No one/ }).check();
  await answer(/^No one/).getByText('1 person reaches your inbox · no one else').waitFor();
});

test('any change of settings says who made it and on what, and the newest is undone', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const bob = await browser.open('/settings/receipts?as=bob');
  await bob.getByRole('switch').click();
  await section(bob, 'History');
  const off = bob.getByRole('listitem').filter({ hasText: 'Read receipts off' });
  await off.getByText(/· you · Mozilla/).waitFor();
  await off.getByRole('button', { name: 'Undo' }).click();
  const on = bob.getByRole('listitem').filter({ hasText: 'Read receipts on' });
  await on.getByText('Undid the change of').waitFor();
  const { messagingSettings } = await server.ask('bob', '{ messagingSettings { readReceipts } }');
  assert.equal(messagingSettings.readReceipts, true);
  // That is a change itself.
  await on.getByRole('button', { name: 'Undo' }).click();
  await bob.getByRole('listitem').first().getByText('Read receipts off').waitFor();
});

test('the history says which hidden words came and went, many of them behind a tap', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const edit = (name, words) => server.ask('alice', `mutation($words: [String!]!) { ${name}(words: $words) { __typename } }`, { words });
  const many = Array.from({ length: 40 }, (_, i) => `hidden${i}`);
  await edit('addHiddenWords', ['idiot']);
  await edit('addHiddenWords', many);
  await edit('removeHiddenWords', ['idiot', 'hidden7']);
  const alice = await browser.open('/settings/history?as=alice');
  const entry = (n) => alice.locator('.history > li').nth(n);
  await entry(0).getByText('Hidden words removed: idiot, hidden7').waitFor();
  await entry(2).getByText('Hidden word added: idiot').waitFor();
  const folded = entry(1).getByText(many.join(', '));
  await entry(1).getByText('40 hidden words added').waitFor();
  assert.equal(await folded.isVisible(), false);
  await entry(1).getByText('40 hidden words added').click();
  await folded.waitFor();
  // Taken back, the words are back, and that is said too.
  await entry(0).getByRole('button', { name: 'Undo' }).click();
  await entry(0).getByText('Hidden words added: idiot, hidden7').waitFor();
  const { hiddenWords } = await server.ask('alice', '{ hiddenWords }');
  assert.equal(hiddenWords.length, 41);
});

test('what followers may send is chosen, and holds for the next message', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/settings/kinds?as=alice');
  const saved = alice.waitForResponse((r) => r.request().postData()?.includes('SetAcceptedKinds') ?? false);
  await alice.getByRole('checkbox', { name: 'Links: My followers' }).uncheck();
  await saved;
  await assert.rejects(server.send('hugo', 'alice', 'See https://example.com'), /MessageNotAllowed/);
  await server.send('hugo', 'alice', 'Without a link.');
  await alice.getByRole('checkbox', { name: 'Videos: Everyone else' }).uncheck();
  // One of the two stays.
  await alice.getByRole('checkbox', { name: 'Text: Everyone else' }).and(alice.locator(':disabled')).waitFor();
  await section(alice, 'History');
  await alice.getByText('My followers: text, videos').waitFor();
  await alice.getByText('Everyone else: text, links').waitFor();
});

test('requests show their words before they are opened only when that is wanted', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/requests?as=alice');
  await item(alice, 'Hugo').getByText('Follows you').waitFor();
  assert.equal(await item(alice, 'Hugo').getByText('Your edits').count(), 0);
  await alice.getByRole('link', { name: /^Who can message me/ }).click();
  await section(alice, 'Requests');
  await alice.locator('.settings nav').getByRole('link', { name: 'Requests' }).click();
  await alice.getByRole('switch', { name: 'Show request text before I open it' }).click();
  await alice.getByRole('switch', { name: 'Show request text before I open it', checked: true }).waitFor();
  await alice.goto(`${browser.url}/requests?as=alice`);
  await item(alice, 'Hugo').getByText('Your edits are my favourites').waitFor();
});

test('hidden words are added, hide, tell their mistakes and are taken off again', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/settings/words?as=alice');
  await alice.getByText('No hidden words').waitFor();
  const field = alice.getByRole('textbox', { name: 'Words, phrases or emoji' });
  await field.fill('Idiot');
  await alice.getByText('1d10t', { exact: true }).waitFor();
  await field.press('Enter');
  await alice.getByText('1 of 1,000').waitFor();
  assert.equal(await field.inputValue(), '');
  await field.fill('?!');
  await field.press('Enter');
  await alice.getByRole('alert').getByText('needs a letter').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await field.fill('Idiot');
  await field.press('Enter');
  await alice.getByRole('alert').getByText('already on the list').waitFor();
  await field.fill('crypto tip, 🍆');
  await field.press('Enter');
  await alice.getByText('3 of 1,000').waitFor();

  await newcomers(server, 1, 'alice', () => 'what an I.D.I.O.T');
  const hidden = await server.ask('alice', '{ inbox(folder: HIDDEN) { nodes { ... on DirectConversation { with { handle } } } } }');
  assert.match(hidden.inbox.nodes[0].with.handle, /^newcomer/);

  await alice.getByRole('button', { name: 'Remove “Idiot”' }).click();
  await alice.getByText('2 of 1,000').waitFor();
  await alice.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await alice.getByText('3 of 1,000').waitFor();
  // Another device sees it at once.
  const other = await browser.open('/settings/words?as=alice');
  await other.getByText('3 of 1,000').waitFor();
  await server.ask('alice', 'mutation { removeHiddenWords(words: ["🍆"]) { __typename } }');
  await other.getByText('2 of 1,000').waitFor();
  await alice.getByText('2 of 1,000').waitFor();
});

test('the surge shield says that it is up, and what it holds is let through', async (t) => {
  const server = await startServer(t, undefined, '--surge-floor', '1');
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/settings/requests?as=alice');
  const shield = alice.getByRole('region', { name: 'Surge protection' });
  await shield.getByText('Off: you are not').waitFor();
  await newcomers(server, 3, 'alice');
  await shield.getByText('On since').waitFor();
  await alice.locator('.rail').getByRole('link', { name: /^Requests/ }).click();
  await alice.getByRole('link', { name: /Surge protection is on/ }).click();
  await shield.getByRole('radio', { name: /Release them/ }).check();
  await shield.getByRole('button', { name: 'Turn off surge protection' }).click();
  await alice.getByText(/Surge protection is off\. [12] requests? (was|were) released\./).waitFor();
  await shield.getByText('Off: you are not').waitFor();
  const { hidden, requests } = await server.ask(
    'alice',
    '{ hidden: inbox(folder: HIDDEN) { nodes { id } } requests: inbox(folder: REQUESTS) { nodes { ... on DirectConversation { with { handle } } } } }',
  );
  assert.equal(hidden.nodes.length, 0);
  assert.equal(requests.nodes.filter((c) => c.with.handle.startsWith('newcomer')).length, 3);
});

test('people are put on the lists and blocked from their own screens', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/settings/exceptions?as=alice');
  await alice.getByRole('button', { name: 'Always allow someone…' }).click();
  await choose(alice, 'bob');
  await alice.getByRole('button', { name: 'Remove Bob Okafor' }).waitFor();
  // From one list to the other.
  await alice.getByRole('button', { name: 'Never allow someone…' }).click();
  await choose(alice, 'bob');
  await alice.locator('.listed').nth(1).getByText('Bob Okafor').waitFor();
  await alice.locator('.listed').first().getByText('No one on this list').waitFor();
  await assert.rejects(server.send('bob', 'alice', 'Hello?'), /MessageNotAllowed/);
  await alice.getByRole('button', { name: 'Restrict someone…' }).click();
  await choose(alice, 'emma');
  await alice.locator('.listed').nth(2).getByText('Emma Rossi').waitFor();

  await section(alice, 'Blocked people');
  await alice.getByRole('button', { name: 'Block someone…' }).click();
  await choose(alice, 'farid');
  await alice.getByRole('button', { name: 'Block Farid Benali' }).click();
  await alice.getByRole('button', { name: 'Unblock Farid Benali' }).waitFor();
});

test('a copy of one’s data is asked for, made and downloaded; the next has to wait', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/settings/data?as=alice', { acceptDownloads: true });
  await alice.getByRole('button', { name: 'Request a copy' }).click();
  const download = alice.getByRole('button', { name: /^Download/ });
  await download.waitFor();
  const coming = alice.waitForEvent('download');
  await download.click();
  const file = await coming;
  assert.match(file.suggestedFilename(), /^aparte-\d{4}-\d\d-\d\d\.zip$/);
  const bytes = await readFile(await file.path());
  assert.equal(bytes.subarray(0, 4).toString('latin1'), 'PK\x03\x04');
  for (const name of ['messages.jsonl', 'settings.jsonl', 'manifest.jsonl']) assert.ok(bytes.includes(name), name);
  await alice.getByRole('button', { name: 'Request another copy' }).click();
  await alice.getByText(/You can request another copy in 2[34] hours\./).waitFor();
  await alice.reload();
  await download.waitFor();
});
