import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { item, stored, type } from './steps.mjs';
import { startServer } from './server.mjs';

const focused = (page, selector) =>
  page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);

test('by keyboard alone: find someone, write, read, answer a request, change a setting', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/?as=alice');
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await item(page, 'Bob').waitFor();

  // To the list, through it by arrows, and into a conversation.
  await press('Tab');
  await focused(page, '.skip');
  await press('Enter', 'Tab');
  await focused(page, 'a.item');
  await press('ArrowDown');
  await page.waitForFunction(() => document.activeElement.textContent.includes('Chlo'));
  await press('Home');
  await page.waitForFunction(() => document.activeElement.textContent.includes('Bob'));
  await press('Enter');
  await focused(page, 'textarea');
  await page.keyboard.type('From the keys.');
  await press('Enter');
  await stored(page, 'From the keys.').waitFor();
  await press('Alt+ArrowDown');
  await page.getByRole('heading', { name: /Chlo/ }).waitFor();
  await press('Escape');
  await page.getByText('No conversation selected').waitFor();

  // Someone new, by a shortcut and the list's own keys.
  await press('n');
  await focused(page, '.search');
  await page.keyboard.type('emma');
  await page.getByRole('option').filter({ hasText: '@emma' }).waitFor();
  await press('Enter');
  await page.getByRole('heading', { name: /Emma/ }).waitFor();
  await focused(page, 'textarea');

  // The menu opens, moves, closes, and gives the focus back.
  await press('Shift+Tab', 'Shift+Tab', 'Shift+Tab');
  await page.getByRole('button', { name: 'More options for Emma Rossi' }).focus();
  await press('Enter');
  await focused(page, '.menu, .menu *');
  await press('ArrowDown', 'ArrowDown');
  await press('Escape');
  await page.locator('.menu').waitFor({ state: 'detached' });
  await focused(page, '.conversation > header button');

  // Requests.
  await press('g', 'r');
  await item(page, 'Hugo').waitFor();
  await page.locator('.list a.item').first().focus();
  await press('Enter');
  const accept = page.getByRole('button', { name: 'Accept' });
  await accept.waitFor();
  await accept.focus();
  await press('Enter');
  await accept.waitFor({ state: 'detached' });

  // The setting.
  await press('Escape');
  await page.locator('main').focus();
  await press('g', 's');
  await page.getByRole('radio', { name: /^Everyone/ }).focus();
  await press('ArrowDown');
  await page.locator('.who-can').getByText('My followers').waitFor();

  // Help says all of it, and single keys can be turned off.
  await press('?');
  await page.getByRole('dialog').getByRole('switch').focus();
  await press('Space', 'Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await press('n');
  await press('Alt+ArrowDown');
  await page.locator('.conversation').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
});

test('by keyboard alone: look with someone’s eyes, hide a word and take it off again', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/settings?as=bob');
  const preview = page.getByRole('region', { name: 'Preview as another person' });
  await preview.getByRole('button', { name: 'A stranger', pressed: true }).focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await preview.getByRole('button', { name: 'A friend', pressed: true }).waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await focused(page, '.search');
  await page.keyboard.type('hugo');
  await page.getByRole('option').filter({ hasText: '@hugo' }).waitFor();
  await page.keyboard.press('Enter');
  await preview.getByText('If Hugo Silva messages you').waitFor();
  // The focus is back where the search was opened.
  await page.waitForFunction(() => document.activeElement.textContent.includes('Hugo Silva'));

  await page.locator('.other-rules').getByRole('link', { name: /^Hidden words/ }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.add-word input').focus();
  await page.keyboard.type('casino');
  await page.keyboard.press('Enter');
  await page.getByText('1 of 1,000').waitFor();
  await focused(page, '.add-word input');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('No hidden words').waitFor();
  await focused(page, '.add-word input');
});

test('on a narrow screen the sections of the settings lie behind one button, and the focus comes back to it', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/settings?as=alice', { viewport: { width: 320, height: 640 } });
  const button = page.locator('button.sections');
  const history = page.getByRole('link', { name: 'History', exact: true }).and(page.locator('.settings nav a'));
  await button.waitFor();
  assert.equal(await history.isVisible(), false);
  await button.focus();
  await page.keyboard.press('Enter');
  await focused(page, '.settings nav [aria-current]');
  await page.keyboard.press('Escape');
  await focused(page, 'button.sections[aria-expanded=false]');
  await page.keyboard.press('Enter');
  await history.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await focused(page, 'button.sections[aria-expanded=false]');
  assert.equal(await history.isVisible(), false);
});

test('the focus stays with its conversation when another one rises above it', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/?as=alice');
  await item(page, 'Bob').focus();
  await server.send('emma', 'alice', 'Rising.');
  await page.locator('.list li').first().getByText('Rising.').waitFor();
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Bob/);
});

test('what arrives is announced, once and without its list being read out', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/?as=alice');
  await item(page, 'Bob').waitFor();
  await server.send('bob', 'alice', 'Can you hear this?');
  await page.locator('[aria-live=polite]').getByText('Bob Okafor: Can you hear this?').waitFor({ state: 'attached' });
});

test('in French from the first word, with its plurals and hours, and back to English by choice', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/?as=hugo', { locale: 'fr-FR', timezoneId: 'Europe/Paris' });
  assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
  await page.getByRole('button', { name: 'Nouveau message' }).first().waitFor();
  await item(page, 'Alice').click();
  await page.locator('.hint').getByText('Sera envoyé comme demande : encore 2 messages avant sa réponse').waitFor();
  await type(page, 'Vous avez vu ?');
  await stored(page, 'Vous avez vu ?').waitFor();
  await page.locator('.hint').getByText('Sera envoyé comme demande : encore 1 message avant sa réponse').waitFor();
  await page.getByText('Aujourd’hui').first().waitFor();
  assert.match(await page.locator('.message time').last().textContent(), /^\d\d:\d\d$/);

  await page.getByRole('link', { name: /^Qui peut m’écrire/ }).click();
  await page.getByRole('link', { name: 'Langue et affichage' }).click();
  await page.getByRole('combobox', { name: 'Langue' }).selectOption('en');
  await page.getByRole('heading', { name: 'Language and display' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Language and display' }).waitFor();
});

test('from right to left everything turns around, and nothing leaves the page', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  for (const width of [320, 1280]) {
    const page = await browser.open('about:blank', { viewport: { width, height: 700 } });
    await page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => (document.documentElement.dir = 'rtl'));
    });
    await page.goto(`${browser.url}/?as=alice`);
    await item(page, 'Bob').click();
    await page.locator('.messages:not(.placing)').waitFor();
    const mine = await stored(page, 'Then you owe me a lesson').boundingBox();
    const theirs = await stored(page, 'Bring the thick suit').boundingBox();
    assert.ok(mine.x < theirs.x, 'one’s own messages stand at the end of the line, which is the left');
    if (width > 1000) {
      const [rail, list, open] = await Promise.all(
        ['.rail', '.list', '.conversation'].map((s) => page.locator(s).boundingBox()),
      );
      assert.ok(rail.x > list.x && list.x > open.x, 'the rail stands on the right');
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    for (const [section, there] of [
      ['', '.view-as .verdict dl'],
      ['/kinds', '.kinds'],
      ['/codes', '.make-code'],
      ['/requests', '.shield'],
      ['/words', '.add-word'],
      ['/data', '.parts'],
    ]) {
      await page.goto(`${browser.url}/settings${section}?as=alice`);
      await page.locator(there).waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, section);
    }
  }
});

test('a chosen theme holds over a reload', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/settings/display?as=alice', { colorScheme: 'light' });
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.getByRole('radio', { name: 'Dark' }).check();
  assert.notEqual(await paper(), light);
  await page.reload();
  await page.getByRole('radio', { name: 'Dark' }).waitFor();
  assert.notEqual(await paper(), light);
});

test('the query behind a screen is one click away, and runs', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('/requests?as=alice');
  const opened = page.context().waitForEvent('page');
  await page.getByRole('link', { name: 'Show query' }).click();
  const playground = await opened;
  for (const editor of ['.graphiql-query-editor', '.graphiql-editor-tool', '.result-window']) {
    await playground.locator(`${editor} .CodeMirror:visible`).waitFor();
  }
  await playground.getByRole('button', { name: /^Execute query/ }).click();
  await playground.locator('.result-window').getByText('"inbox"').waitFor();
});
