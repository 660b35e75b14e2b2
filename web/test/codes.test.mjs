import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { item, stored, type } from './steps.mjs';
import { startServer } from './server.mjs';

test('a contact code is made, given, lets one message in, and lets nobody in once it is taken back', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  // Nobody may write to gina; emma could not even ask.
  const gina = await browser.open('/settings/codes?as=gina', { permissions: ['clipboard-read', 'clipboard-write'] });
  await gina.getByText('No codes yet').waitFor();
  const make = async (label) => {
    await gina.getByRole('textbox', { name: /^Label/ }).fill(label);
    await gina.getByRole('spinbutton', { name: 'Maximum uses' }).fill('2');
    await gina.getByRole('button', { name: 'Create code' }).click();
    await gina.getByText(`The code for “${label}” is ready.`).waitFor();
    await gina.getByRole('button', { name: 'Copy the link' }).click();
    await gina.getByRole('status').getByText('Copied.').waitFor();
    return gina.evaluate(() => navigator.clipboard.readText());
  };
  const link = await make('Emma’s band');
  assert.ok(link.startsWith(`${browser.url}/c/`), link);

  const emma = await browser.open('/?as=emma');
  await emma.goto(`${link}?as=emma`);
  await emma.getByRole('heading', { name: 'Gina Park' }).waitFor();
  const before = Date.now();
  await type(emma, 'You said to write: here I am.');
  await stored(emma, 'You said to write: here I am.').waitFor();
  await gina.reload();
  await gina.getByText('1 of 2 uses').waitFor();
  // The list says who came, and when; the conversation shows the code too. Emma sees none of it.
  await gina.getByText('People who used it').click();
  const who = gina.locator('.codes .people li');
  await who.getByRole('link', { name: 'Emma' }).waitFor();
  const usedAt = Date.parse(await who.locator('time').getAttribute('datetime'));
  assert.ok(usedAt >= before - 1000 && usedAt <= Date.now() + 1000, new Date(usedAt).toISOString());
  await gina.locator('.rail').getByRole('link', { name: /^Inbox/ }).click();
  await item(gina, 'Emma').getByRole('img', { name: 'Via your code “Emma’s band”' }).waitFor();
  await item(gina, 'Emma').click();
  await gina.locator('.conversation > header').getByText('Via your code “Emma’s band”').waitFor();
  await gina.reload();
  await gina.locator('.conversation > header').getByText('Via your code “Emma’s band”').waitFor();
  await emma.locator('.conversation > header').getByText('@gina').waitFor();
  assert.equal(await emma.getByText('Via your code').count(), 0);
  assert.equal(await emma.getByRole('img', { name: /Via your code/ }).count(), 0);

  // It has served her.
  await emma.goto(`${link}?as=emma`);
  await emma.getByText('This code is not valid').waitFor();

  await gina.goto(`${browser.url}/settings/codes?as=gina`);
  const second = await make('Taken back');
  await gina.getByRole('button', { name: 'Deactivate “Taken back”' }).click();
  await gina.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
  await gina.getByText('deactivated', { exact: false }).filter({ hasText: '0 of 2 uses' }).waitFor();
  await emma.goto(`${second}?as=emma`);
  await emma.getByText('This code is not valid').waitFor();
});

test('a code whose change is told before the answer to who made it stands in the list once', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const gina = await browser.open('/settings/codes?as=gina');
  await gina.getByText('No codes yet').waitFor();
  const takeBack = gina.getByRole('button', { name: 'Deactivate “Ahead”' });
  await gina.route('**/graphql', async (route) => {
    if (!route.request().postData().includes('createContactCode')) return route.fallback();
    const response = await route.fetch();
    await takeBack.waitFor();
    await route.fulfill({ response });
  });
  await gina.getByRole('textbox', { name: /^Label/ }).fill('Ahead');
  await gina.getByRole('button', { name: 'Create code' }).click();
  await gina.getByText('The code for “Ahead” is ready.').waitFor();
  assert.equal(await takeBack.count(), 1);
});
