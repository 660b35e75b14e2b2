// Every screen of the client and how to get there. accessibility.test.mjs checks each; scripts/screenshots.mjs draws each.

const open = (page, name) => page.locator('.list a.item').filter({ hasText: name }).first().click();
const messages = (page) => page.locator('.messages:not(.placing)').waitFor();
const rows = (page) => page.locator('.list a.item, .list .blank').first().waitFor();

/** @type {{name: string, path: string, as?: string, go?: (page: any) => Promise<void>}[]} */
export const screens = [
  { name: 'inbox', path: '/', go: rows },
  {
    name: 'inbox-empty',
    path: '/',
    as: 'hugo',
    async go(page) {
      await page.locator('.rail').getByRole('link', { name: /Archive/ }).click();
      await page.locator('.list .blank').waitFor();
    },
  },
  { name: 'loading', path: '/', go: (page) => page.locator('.ghost').first().waitFor() },
  {
    name: 'conversation',
    path: '/',
    async go(page) {
      await open(page, /Bob/);
      await messages(page);
    },
  },
  {
    name: 'conversation-menu',
    path: '/',
    async go(page) {
      await open(page, /Bob/);
      await messages(page);
      await page.locator('.conversation > header button').last().click();
      await page.locator('.menu [role=menuitem]').first().waitFor();
    },
  },
  {
    name: 'conversation-block',
    path: '/',
    async go(page) {
      await open(page, /Bob/);
      await messages(page);
      await page.locator('.conversation > header button').last().click();
      await page.locator('.menu [role=menuitem].danger').last().click();
      await page.locator('dialog[open]').waitFor();
    },
  },
  {
    name: 'conversation-refused',
    path: '/',
    as: 'hugo',
    async go(page) {
      await open(page, /Alice/);
      await messages(page);
    },
  },
  {
    name: 'conversation-closed',
    path: '/',
    async go(page) {
      await open(page, /Chlo/);
      await messages(page);
      await page.locator('.conversation > header button').last().click();
      await page.locator('.menu [role=menuitem].danger').last().click();
      await page.locator('dialog[open] button.danger').click();
      await page.locator('.denied').waitFor();
    },
  },
  { name: 'requests', path: '/requests', go: rows },
  {
    name: 'request',
    path: '/requests',
    async go(page) {
      await open(page, /Hugo/);
      await messages(page);
    },
  },
  {
    name: 'requests-bulk',
    path: '/requests',
    async go(page) {
      await rows(page);
      await page.locator('.list > header button').click();
      await page.locator('.row input').first().check();
    },
  },
  {
    name: 'report',
    path: '/requests',
    async go(page) {
      await open(page, /Hugo/);
      await messages(page);
      await page.locator('.request .danger').first().click();
      await page.locator('.report').waitFor();
    },
  },
  {
    name: 'conversation-take-back',
    path: '/',
    as: 'bob',
    async go(page) {
      await open(page, /Alice/);
      await messages(page);
      await page.locator('.take-back').last().focus();
    },
  },
  { name: 'hidden-door', path: '/hidden', as: 'farid', go: (page) => page.locator('.list .blank').waitFor() },
  {
    name: 'hidden',
    path: '/hidden',
    as: 'farid',
    async go(page) {
      await page.locator('.list .blank button').click();
      await rows(page);
    },
  },
  { name: 'archive', path: '/archive', go: rows },
  {
    name: 'compose',
    path: '/',
    async go(page) {
      await page.locator('.compose-button').click();
      await page.locator('[role=option]').first().waitFor();
    },
  },
  {
    name: 'compose-search',
    path: '/',
    async go(page) {
      await page.locator('.compose-button').click();
      await page.locator('.search').fill('g');
      await page.locator('[role=option]').filter({ hasText: '@gina' }).waitFor();
    },
  },
  {
    name: 'help',
    path: '/',
    async go(page) {
      await rows(page);
      await page.keyboard.press('?');
      await page.locator('.keys').waitFor();
    },
  },
  { name: 'settings', path: '/settings', go: (page) => page.locator('.audiences').waitFor() },
  { name: 'settings-custom', path: '/settings', as: 'farid', go: (page) => page.locator('.grid').waitFor() },
  { name: 'settings-history', path: '/settings/history', go: (page) => page.locator('.history li').first().waitFor() },
  { name: 'settings-requests', path: '/settings/requests', go: (page) => page.locator('.switch').waitFor() },
  { name: 'settings-exceptions', path: '/settings/exceptions', go: (page) => page.locator('.listed p').last().waitFor() },
  { name: 'settings-blocked', path: '/settings/blocked', as: 'chloe', go: (page) => page.locator('.people li').waitFor() },
  { name: 'settings-receipts', path: '/settings/receipts', go: (page) => page.locator('.switch').waitFor() },
  { name: 'settings-display', path: '/settings/display', go: (page) => page.locator('.segments').waitFor() },
  {
    name: 'settings-undo',
    path: '/settings',
    as: 'david',
    async go(page) {
      await page.locator('.audiences label').nth(3).click();
      await page.locator('.notice').waitFor();
    },
  },
];

/** The screen as its person; `loading` is caught by holding back what it waits for. */
export async function goTo(browser, screen, options = {}) {
  const as = `?as=${screen.as ?? 'alice'}`;
  const page = await browser.open('about:blank', options);
  if (screen.name === 'loading') await page.route('**/graphql', () => undefined);
  await page.goto(browser.url + screen.path + as);
  await screen.go?.(page);
  await page.evaluate(() => document.fonts.ready);
  return page;
}
