import { mkdir } from 'node:fs/promises';
import test from 'node:test';
import { results, startBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

// The first steps of a new user: they use only clicks, one sentence, and the text on the screen.
test('a newcomer receives a message and changes a setting', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  await mkdir(`${results}newcomer`, { recursive: true });
  let step = 0;
  const page = await browser.open('/');
  const look = () => page.screenshot({ path: `${results}newcomer/${++step}.png` });
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  await page.locator('.list a.item').first().waitFor();
  await look();

  await page.getByRole('link', { name: 'Two people' }).click();
  const [alice, bob] = ['One person', 'Another person'].map((title) => page.frameLocator(`iframe[title="${title}"]`));
  await alice.getByRole('link', { name: /Bob Okafor/ }).click();
  await alice.getByRole('textbox', { name: 'Message to Bob Okafor' }).fill('Is this live?');
  await look();
  await alice.getByRole('button', { name: 'Send', exact: true }).click();
  await bob.getByRole('link', { name: /Alice Moreau.*Is this live\?/ }).click();
  await bob.getByRole('article').filter({ hasText: 'Is this live?' }).waitFor();
  await look();
  await bob.getByRole('button', { name: 'Back to the list' }).click();
  await bob.getByRole('link', { name: /Who can message me/ }).click();
  await bob.getByRole('radio', { name: /^No one/ }).check();
  await bob.getByText('Who can message you: No one.').waitFor();
  await look();
  await alice.getByRole('textbox', { name: 'Message to Bob Okafor' }).fill('And now?');
  await alice.getByRole('button', { name: 'Send', exact: true }).click();
  await alice.getByText('Bob Okafor does not accept messages from you.').first().waitFor();
  await look();
});
