import { decide, newcomers, report } from './fixtures.mjs';

// Every screen of the client and how to get there. accessibility.test.mjs checks each;
// scripts/screenshots.mjs draws each.

const open = (page, name) => page.locator('.list a.item').filter({ hasText: name }).first().click();
/**
 * The messages are placed. A message is hidden until it is measured, because its height is not
 * known before.
 */
async function messages(page) {
  await page.locator('.messages:not(.placing)').waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.messages article')].every((row) => getComputedStyle(row).visibility === 'visible'),
  );
}
const rows = (page) => page.locator('.list a.item, .list .blank').first().waitFor();

const into = (page, selector) => page.locator(selector).evaluate((element) => element.scrollIntoView({ block: 'start' }));

async function someCases(server) {
  await decide(server, await report(server, 'alice', 'david', 'SPAM'), 'WARN');
  await decide(server, await report(server, 'alice', 'hugo', 'HARASSMENT'), 'SUSPEND');
  await report(server, 'alice', 'bob', 'OTHER');
}

let given;

async function codes(server) {
  const create = `mutation($input: CreateContactCodeInput!) { createContactCode(input: $input) {
    ... on CreateContactCodeSuccess { secret } } }`;
  for (const [label, maxRedemptions] of [['Business card', 200], ['For the plumber', 1]]) {
    given = (await server.ask('bob', create, { input: { label, maxRedemptions } })).createContactCode.secret;
    await server.ask('alice', create, { input: { label, maxRedemptions } });
  }
}

async function flood(server) {
  await newcomers(server, 30, 'alice');
}

/**
 * @type {{name: string, path: string, as?: string, before?: (server: any) => Promise<void>, go?:
 * (page: any) => Promise<void>}[]}
 */
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
  {
    name: 'loading',
    path: '/',
    async go(page) {
      await page.locator('.ghost').first().waitFor();
      // It shows itself only when loading takes long enough to be noticed.
      await page.waitForFunction(() => document.getAnimations().length === 0);
    },
  },
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
    name: 'requests-report',
    path: '/requests',
    async go(page) {
      await rows(page);
      await page.locator('.list > header button').click();
      await page.locator('.bulk input').check();
      await page.locator('.bulk > button').first().click();
      await page.locator('.report').waitFor();
    },
  },
  {
    name: 'requests-all',
    path: '/requests',
    async go(page) {
      await rows(page);
      await page.locator('.list > header button').click();
      await page.locator('.bulk .plain').click();
      await page.locator('.answer-all').waitFor();
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
  { name: 'hidden-reveal', path: '/hidden', as: 'farid', go: (page) => page.locator('.list .blank').waitFor() },
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
  { name: 'conversation-nobody', path: '/with/usr_nobody', go: (page) => page.locator('.conversation .blank').waitFor() },
  {
    name: 'settings-sections',
    path: '/settings/display',
    async go(page) {
      await page.locator('.segments').waitFor();
      const button = page.locator('.settings button.sections');
      if (await button.isVisible()) await button.click();
    },
  },
  { name: 'settings', path: '/settings', go: (page) => page.locator('.audiences').waitFor() },
  {
    name: 'settings-view-as',
    path: '/settings',
    async go(page) {
      await page.locator('.view-as .verdict dl').waitFor();
      await into(page, '.view-as');
    },
  },
  {
    name: 'settings-view-as-person',
    path: '/settings',
    as: 'bob',
    async go(page) {
      await page.locator('.view-as .segments button').last().click();
      await page.locator('.search').fill('chlo');
      await page.locator('[role=option]').filter({ hasText: '@chloe' }).click();
      await page.locator('.view-as .avatar').waitFor();
      await into(page, '.view-as');
    },
  },
  { name: 'settings-kinds', path: '/settings/kinds', go: (page) => page.locator('.kinds').waitFor() },
  { name: 'settings-codes-empty', path: '/settings/codes', as: 'emma', go: (page) => page.locator('.section .blank').waitFor() },
  {
    name: 'settings-codes',
    path: '/settings/codes',
    before: codes,
    async go(page) {
      await page.locator('.codes li').nth(1).waitFor();
      await page.locator('.make-code .for input').fill('Workshop on Saturday');
      await page.locator('.make-code button').click();
      await page.locator('.created-code').waitFor();
    },
  },
  {
    name: 'redeem',
    path: '/',
    as: 'gina',
    before: codes,
    async go(page) {
      await page.goto(new URL(`/c/${given}?as=gina`, page.url()).href);
      await page.locator('.redeem .avatar').waitFor();
    },
  },
  { name: 'redeem-nothing', path: '/c/aaaa-bbbb', as: 'gina', go: (page) => page.locator('.redeem .blank').waitFor() },
  { name: 'settings-words-empty', path: '/settings/words', as: 'emma', go: (page) => page.locator('.section .blank').waitFor() },
  {
    name: 'settings-words',
    path: '/settings/words',
    async before(server) {
      const words = ['idiot', 'crypto tip', 'casino', '🍆', 'onlyfans', 'gagner de l’argent', 'مزعج'];
      await server.ask('alice', 'mutation($words: [String!]!) { addHiddenWords(words: $words) { __typename } }', { words });
    },
    async go(page) {
      await page.locator('.words li').first().waitFor();
      await page.locator('.add-word input').fill('Bitcoin');
    },
  },
  {
    name: 'settings-words-mistake',
    path: '/settings/words',
    async go(page) {
      await page.locator('.add-word input').fill('?!');
      await page.locator('.add-word button').click();
      await page.locator('.mistake').waitFor();
    },
  },
  { name: 'settings-reports-empty', path: '/settings/reports', as: 'emma', go: (page) => page.locator('.section .blank').waitFor() },
  { name: 'settings-notices-empty', path: '/settings/notices', as: 'emma', go: (page) => page.locator('.section .blank').waitFor() },
  {
    name: 'settings-reports',
    path: '/settings/reports',
    before: someCases,
    go: (page) => page.locator('.cases > li').nth(2).waitFor(),
  },
  { name: 'settings-notices', path: '/settings/notices', as: 'hugo', before: someCases, go: (page) => page.locator('.cases > li').first().waitFor() },
  {
    name: 'settings-appeal',
    path: '/settings/notices',
    as: 'hugo',
    before: someCases,
    async go(page) {
      await page.locator('.row-of button').click();
      await page.locator('.report textarea').waitFor();
    },
  },
  { name: 'settings-data', path: '/settings/data', go: (page) => page.locator('.parts').waitFor() },
  {
    name: 'settings-data-ready',
    path: '/settings/data',
    async go(page) {
      await page.locator('.section button.primary').click();
      await page.locator('.job button').waitFor();
    },
  },
  { name: 'settings-custom', path: '/settings', as: 'farid', go: (page) => page.locator('.grid').waitFor() },
  { name: 'settings-history', path: '/settings/history', go: (page) => page.locator('.history li').first().waitFor() },
  { name: 'settings-requests', path: '/settings/requests', go: (page) => page.locator('.shield').waitFor() },
  { name: 'settings-exceptions', path: '/settings/exceptions', go: (page) => page.locator('.listed p').last().waitFor() },
  {
    name: 'settings-exceptions-some',
    path: '/settings/exceptions',
    as: 'bob',
    async before(server) {
      const set = 'mutation($id: ID!, $list: NamedList) { setListed(userId: $id, list: $list) { __typename } }';
      await server.ask('bob', set, { id: await server.idOf('emma'), list: 'ALWAYS' });
      await server.ask('bob', set, { id: await server.idOf('gina'), list: 'NEVER' });
    },
    go: (page) => page.locator('.people li').nth(1).waitFor(),
  },
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
  // Last: it changes what comes to alice.
  {
    name: 'requests-shield',
    path: '/requests',
    before: flood,
    async go(page) {
      await page.locator('.shield-up').waitFor();
      await rows(page);
    },
  },
  {
    name: 'settings-shield',
    path: '/settings/requests',
    before: flood,
    async go(page) {
      await page.locator('.shield fieldset').waitFor();
      await into(page, '.shield');
    },
  },
];

/**
 * The screen as its person; `loading` is caught by holding back what it waits for. Options: a
 * context's, and `direction`.
 */
export async function goTo(browser, screen, options = {}) {
  const as = `?as=${screen.as ?? 'alice'}`;
  // Once for each server, so that a screen can be drawn alone.
  const done = (browser.server.prepared ??= new Set());
  if (screen.before && !done.has(screen.before)) {
    done.add(screen.before);
    await screen.before(browser.server);
  }
  const { direction, ...context } = options;
  const page = await browser.open('about:blank', context);
  if (direction) {
    await page.addInitScript((dir) => addEventListener('DOMContentLoaded', () => (document.documentElement.dir = dir)), direction);
  }
  if (screen.name === 'loading') await page.route('**/graphql', () => undefined);
  await page.goto(browser.url + screen.path + as);
  await screen.go?.(page);
  await page.evaluate(() => document.fonts.ready);
  return page;
}
