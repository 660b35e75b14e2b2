// Measures the client against its limits and prints a table: `make web-report`. It fails when a
// limit is broken. CONVERSATIONS and MESSAGES make the busy inbox smaller. Each interaction is
// measured ROUNDS times: the limit is for the median, the worst stands beside it.
import { readdir, readFile, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { startBrowser } from '../test/browser.mjs';
import { binary, startServer } from '../test/server.mjs';
import { firstLoad, interaction, observe, scrolling } from './measure.mjs';
import { seed } from './seed.mjs';

const conversations = Number(process.env.CONVERSATIONS ?? 10_000);
const messages = Number(process.env.MESSAGES ?? 100_000);
const rounds = Number(process.env.ROUNDS ?? 5);
// A phone of the middle: its processor, its screen, its network.
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };
const slowdown = 4;

let broken = 0;
function line(what, value, limit, unit, beside = '') {
  const fine = limit === undefined || value <= limit;
  if (!fine) broken++;
  const shown = value < 10 && value % 1 ? value.toFixed(3) : Math.round(value).toLocaleString('en');
  const bound = limit === undefined ? '' : `${limit.toLocaleString('en')} ${unit}`;
  console.log(`${what.padEnd(58)} ${`${shown} ${unit}`.padStart(12)} ${bound.padStart(12)}  ${beside}${fine ? '' : '  over the limit'}`);
}

const endings = [];
const t = { after: (ending) => endings.push(ending) };

/**
 * One at a time: a throttled page keeps a processor busy even while it does nothing, and would slow
 * what is measured next.
 */
let measured;
async function throttled(browser, path) {
  await measured?.context().close();
  measured = undefined;
  const page = await browser.open('about:blank', phone);
  measured = page;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await observe(page);
  if (path !== undefined) await page.goto(browser.url + path);
  return page;
}

async function bytes() {
  const dist = new URL('../dist/assets/', import.meta.url);
  console.log('\nScripts in web/dist, gzip');
  const sizes = [];
  for (const name of await readdir(dist)) {
    if (name.endsWith('.js')) sizes.push([name, gzipSync(await readFile(new URL(name, dist)), { level: 9 }).length / 1024]);
  }
  for (const [name, size] of sizes.sort((a, b) => b[1] - a[1])) line(`  ${name}`, size, undefined, 'KB');
}

async function loading() {
  const browser = await startBrowser(t, await startServer(t));
  const page = await throttled(browser);
  const cdp = await page.context().newCDPSession(page);
  // Lighthouse's slow 4G.
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: (1.6 * 1024 * 1024) / 8,
    uploadThroughput: (750 * 1024) / 8,
  });
  const first = await firstLoad(page, `${browser.url}/?as=alice`, '.list a.item');
  console.log(`\nFirst load of the inbox, ${slowdown}x slower processor, slow 4G`);
  line('  script, gzip', first.bytes / 1024, 150, 'KB');
  line('  first contentful paint', first.fcp, 3000, 'ms');
  line('  largest contentful paint', first.lcp, 4000, 'ms');
  line('  conversations on screen', first.shown, 5000, 'ms');
  line('  total blocking time', first.blocked, 600, 'ms');
  line('  cumulative layout shift', first.cls, 0.1, '');
}

async function interacting(page, where) {
  console.log(`\nFrom an input to the next picture, ${slowdown}x slower processor, ${where}, median of ${rounds}`);
  const taken = new Map();
  const measure = async (what, act) => {
    const all = taken.get(what) ?? [];
    taken.set(what, [...all, await interaction(page, act)]);
  };
  const tap = (selector) => () => page.locator(selector).first().tap();
  for (let round = 0; round < rounds; round++) {
    await page.locator('.list a.item').first().waitFor();
    await measure('open a conversation', tap('.list a.item'));
    await page.locator('.messages:not(.placing)').waitFor();
    await page.locator('.composer textarea').tap();
    await measure('type a letter', () => page.keyboard.type('a'));
    await measure('send', tap('.composer .send'));
    await page.locator('article.message[data-seq]').last().waitFor();
    await measure('back to the list', tap('.conversation .back'));
    await measure('to the requests', tap('.rail nav a:nth-child(2)'));
    await measure('back to the inbox', tap('.rail nav a:nth-child(1)'));
    await measure('open the settings', tap('.who-can'));
    await page.locator('.audiences').waitFor();
    // Another one than the round before has chosen.
    await measure('choose who can message me', tap(`.audiences label:nth-of-type(${2 + (round % 2)})`));
    await page.locator('.notice').waitFor();
    await page.goBack();
  }
  for (const [what, all] of taken) {
    all.sort((a, b) => a - b);
    line(`  ${what}`, all[all.length >> 1], 100, 'ms', `worst ${all.at(-1)}`);
  }
}

const frame = (what, s) => {
  line(`  ${what}: median frame`, s.p50, 34, 'ms');
  line(`  ${what}: 95 of 100 frames within`, s.p95, 100, 'ms');
  line(`  ${what}: longest of ${s.frames} frames`, s.longest, undefined, 'ms');
  line(`  ${what}: pictures without a row`, s.blank, 0, '');
};

async function busy() {
  await measured?.context().close();
  measured = undefined;
  const seeded = await seed(await binary(), conversations, messages);
  t.after(() => rm(seeded.dir, { recursive: true, force: true }));
  const server = await startServer(t, seeded.dataDir);
  const browser = await startBrowser(t, server);
  const page = await throttled(browser, '/?as=aaron');
  await page.locator('.list a.item').first().waitFor();
  console.log(`\n${conversations.toLocaleString('en')} conversations, ${messages.toLocaleString('en')} messages in one of them`);
  frame('list, read on page by page', await scrolling(page, '.rows', 'li', -12_000, 4000));
  // All of it: what is not in view must cost nothing.
  const count = () => page.locator('.list li').first().getAttribute('aria-setsize');
  while ((await count()) === '-1') {
    await page.evaluate(() => {
      const rows = document.querySelector('.rows');
      rows.scrollTop = rows.scrollHeight;
      return new Promise((done) => setTimeout(done, 30));
    });
  }
  line('  rows in the list', Number(await count()), undefined, '');
  line('  of them on the page', await page.locator('.list li').count(), 60, '');
  frame('list, all of it here', await scrolling(page, '.rows', 'li', 20_000, 6000));
  await page.locator('.rows').evaluate((rows) => (rows.scrollTop = 0));
  await interacting(page, 'in the busy inbox');

  await page.goto(`${browser.url}/?as=aaron`);
  await page.locator('.list a.item').first().tap();
  await page.locator('.messages:not(.placing)').waitFor();
  const seq = () => page.locator('article[data-seq]').first().getAttribute('data-seq').then(Number);
  const from = await seq();
  console.log('');
  frame('messages, upwards', await scrolling(page, '.messages', '.message-row', 30_000, 6000));
  line('  messages scrolled over', from - (await seq()), undefined, '');
  line('  of them on the page', await page.locator('.message-row').count(), 60, '');
}

try {
  await bytes();
  await loading();
  const browser = await startBrowser(t, await startServer(t));
  await interacting(await throttled(browser, '/?as=alice'), 'in the demo');
  if (conversations > 0) await busy();
} catch (error) {
  broken++;
  console.error(error);
} finally {
  for (const ending of endings.reverse()) await ending();
}
console.log(broken === 0 ? '\nEverything is within its limits.' : `\n${broken} over the limits.`);
process.exit(broken === 0 ? 0 : 1);
