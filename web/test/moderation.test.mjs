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
  await alice.getByText('You have not reported anything').waitFor();
  const id = await report(server, 'alice', 'hugo', 'HARASSMENT');
  await alice.reload();
  const about = alice.getByRole('listitem').filter({ hasText: 'Hugo Silva' }).first();
  const step = (name) => about.locator('[aria-current=step]').getByText(name, { exact: true }).waitFor();
  await about.getByText('Harassment').waitFor();
  await step('Received');
  await claim(server, id);
  await decide(server, id, 'SUSPEND');
  await step('Decided');
  await about.getByText('The moderators took action. Thank you.').waitFor();
  await about.getByText('Proof of the report').click();
  const { myReports } = await server.ask('alice', '{ myReports { nodes { digest } } }');
  await about.getByText(myReports.nodes[0].digest).waitFor();
});

test('who is suspended reads why, appeals once, and sees the second look', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const hugo = await browser.open('/settings/notices?as=hugo');
  await hugo.getByText('No moderation decisions about you').waitFor();
  const id = await report(server, 'alice', 'hugo', 'HARASSMENT');
  await decide(server, id, 'SUSPEND');
  await hugo.getByText('You cannot send messages until').waitFor();
  await hugo.getByText('You wrote to someone again after they had asked you to stop.').waitFor();
  assert.equal(await hugo.getByText(/Alice/).and(hugo.locator('.section *')).count(), 0, 'who reported is not told');

  // Where one would write, the way to the reasons.
  await hugo.locator('.rail').getByRole('link', { name: /^Inbox/ }).click();
  await item(hugo, 'Alice').click();
  await hugo.getByRole('link', { name: 'See why and until when' }).click();

  await hugo.getByRole('button', { name: 'Appeal…' }).click();
  await hugo.getByRole('textbox', { name: 'Why should the decision change?' }).fill('It was a joke between us.');
  await hugo.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  await hugo.getByText('Your appeal is waiting for review.').waitFor();
  assert.equal(await hugo.getByRole('button', { name: 'Appeal…' }).count(), 0);
  await decideAppeal(server, id, 'REVERSED');
  await hugo.getByText('The decision was reversed after your appeal.').waitFor();
  await hugo.getByText('You cannot send messages until').waitFor({ state: 'detached' });
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
  await alice.getByRole('button', { name: 'Answer by filter…' }).click();
  const dialog = alice.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'From' }).selectOption('People who do not follow me');
  await dialog.getByRole('button', { name: 'Decline all' }).click();
  await dialog.getByRole('button', { name: 'Confirm: decline all' }).click();
  await alice.getByText('45 requests declined.').waitFor();
  await item(alice, 'newcomer').first().waitFor({ state: 'detached' });
  await item(alice, 'Hugo').waitFor();
  await alice.getByRole('button', { name: 'Answer by filter…' }).click();
  await dialog.getByRole('combobox', { name: 'From' }).selectOption('People who follow me');
  await dialog.getByRole('button', { name: 'Accept all' }).click();
  await alice.getByText('2 requests accepted.').waitFor();
  await alice.getByText('No requests').waitFor();
  const { inbox } = await server.ask('alice', '{ inbox { nodes { ... on DirectConversation { with { handle } } } } }');
  assert.ok(['david', 'hugo'].every((h) => inbox.nodes.some((c) => c.with.handle === h)));
});
