import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { item } from './steps.mjs';
import { startServer } from './server.mjs';
import { claim, decide, decideAppeal, newcomers, report } from './fixtures.mjs';

test('who reported sees how far it is, live, and that something was done', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/settings/reports?as=alice');
  await alice.getByText('You have reported nothing').waitFor();
  const id = await report(server, 'alice', 'hugo', 'HARASSMENT');
  await alice.reload();
  const about = alice.getByRole('listitem').filter({ hasText: 'Hugo Silva' }).first();
  const step = (name) => about.locator('[aria-current=step]').getByText(name, { exact: true }).waitFor();
  await about.getByText('Harassment').waitFor();
  await step('Waiting');
  await claim(server, id);
  await decide(server, id, 'SUSPEND');
  await step('Decided');
  await about.getByText('The moderators acted on it. Thank you.').waitFor();
  await about.getByText('Proof of what was reported').click();
  const { myReports } = await server.ask('alice', '{ myReports { nodes { digest } } }');
  await about.getByText(myReports.nodes[0].digest).waitFor();
});

test('who is suspended reads why, appeals once, and sees the second look', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const hugo = await browser.open('/settings/notices?as=hugo');
  await hugo.getByText('There is nothing against you').waitFor();
  const id = await report(server, 'alice', 'hugo', 'HARASSMENT');
  await decide(server, id, 'SUSPEND');
  await hugo.getByText('You can write to nobody until').waitFor();
  await hugo.getByText('You wrote to someone again after they had asked you to stop.').waitFor();
  assert.equal(await hugo.getByText(/Alice/).and(hugo.locator('.section *')).count(), 0, 'who reported is not told');

  // Where one would write, the way to the reasons.
  await hugo.locator('.rail').getByRole('link', { name: /^Inbox/ }).click();
  await item(hugo, 'Alice').click();
  await hugo.getByRole('link', { name: 'Why, and until when' }).click();

  await hugo.getByRole('button', { name: 'Ask for a second look…' }).click();
  await hugo.getByRole('textbox', { name: 'What should they know?' }).fill('It was a joke between us.');
  await hugo.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  await hugo.getByText('Your appeal waits for a second look.').waitFor();
  assert.equal(await hugo.getByRole('button', { name: 'Ask for a second look…' }).count(), 0);
  await decideAppeal(server, id, 'REVERSED');
  await hugo.getByText('After a second look the decision was taken back.').waitFor();
  await hugo.getByText('You can write to nobody until').waitFor({ state: 'detached' });
});

test('several requests are reported at once, each with a report of its own', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const alice = await browser.open('/requests?as=alice');
  await alice.getByRole('button', { name: 'Select' }).click();
  await alice.getByRole('checkbox', { name: 'Select all' }).check();
  await alice.getByRole('group', { name: 'Answer several requests' }).getByRole('button', { name: 'Report…' }).click();
  const dialog = alice.getByRole('dialog', { name: 'Report 2 conversations' });
  await dialog.getByRole('radio', { name: 'Advertising or spam' }).check();
  await dialog.getByRole('checkbox', { name: 'Also block these people' }).check();
  await dialog.getByRole('button', { name: 'Report', exact: true }).click();
  await alice.getByText('Reported. Thank you.').waitFor();
  await alice.getByText('No requests').waitFor();
  const { myReports } = await server.ask('alice', '{ myReports { nodes { category about { handle } } } }');
  assert.deepEqual(myReports.nodes.map((r) => `${r.about.handle} ${r.category}`).sort(), ['david SPAM', 'hugo SPAM']);
});

test('all requests that are like this are answered, also those that are not on the page', async (t) => {
  const server = await startServer(t, undefined, '--surge-floor', '0');
  const browser = await startBrowser(t, server);
  await newcomers(server, 45, 'alice');
  const alice = await browser.open('/requests?as=alice');
  await item(alice, 'newcomer').first().waitFor();
  await alice.getByRole('button', { name: 'Select' }).click();
  await alice.getByRole('button', { name: 'Answer by kind…' }).click();
  const dialog = alice.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'From' }).selectOption('People who do not follow me');
  await dialog.getByRole('button', { name: 'Decline them all' }).click();
  await dialog.getByRole('button', { name: 'Really decline them all' }).click();
  await alice.getByText('45 requests declined.').waitFor();
  await item(alice, 'newcomer').first().waitFor({ state: 'detached' });
  await item(alice, 'Hugo').waitFor();
  await alice.getByRole('button', { name: 'Answer by kind…' }).click();
  await dialog.getByRole('combobox', { name: 'From' }).selectOption('People who follow me');
  await dialog.getByRole('button', { name: 'Accept them all' }).click();
  await alice.getByText('2 requests accepted.').waitFor();
  await alice.getByText('No requests').waitFor();
  const { inbox } = await server.ask('alice', '{ inbox { nodes { with { handle } } } }');
  assert.ok(['david', 'hugo'].every((h) => inbox.nodes.some((c) => c.with.handle === h)));
});
