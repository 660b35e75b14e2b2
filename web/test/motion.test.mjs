import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { type } from './steps.mjs';
import { startServer } from './server.mjs';

/** A moment so short that nothing is seen to move. */
const atOnceMs = 1;

/** Notes all that moves on the page, from its first moment on: what it is, and for how many ms. */
const watch = () => {
  window.moved = [];
  const note = (e) => {
    for (const moving of document.getAnimations()) {
      const { duration, iterations } = moving.effect.getComputedTiming();
      const what = `${moving.animationName ?? moving.transitionProperty} of ${moving.effect.target.className}`;
      window.moved.push({ what, ms: duration * Math.min(iterations, 1000) });
    }
    // It may be over by now.
    window.moved.push({ what: `${e.type} of ${e.target.className}`, ms: 0 });
  };
  for (const type of ['animationstart', 'transitionrun']) addEventListener(type, note, true);
  // An element that scrolls by itself is not an animation to the browser.
  for (const way of ['scrollTo', 'scrollBy', 'scrollIntoView', 'scroll']) {
    const real = Element.prototype[way];
    Element.prototype[way] = function (...args) {
      if (args[0]?.behavior === 'smooth') window.moved.push({ what: `${way} of ${this.className}`, ms: Infinity });
      return real.apply(this, args);
    };
  }
};

/**
 * Goes over the main screens as a person does, by everything that is drawn with a motion; the
 * answer: what moved.
 */
async function step(browser, reducedMotion) {
  const page = await browser.open('about:blank', { reducedMotion });
  await page.addInitScript(watch);
  // Answers are held back until the placeholders of what is being loaded have appeared.
  let release;
  const released = new Promise((done) => (release = done));
  await page.route('**/graphql', async (route) => {
    await released;
    await route.continue().catch(() => undefined); // the page may be gone
  });
  await page.goto(`${browser.url}/?as=alice`);
  await page.locator('.ghost').first().waitFor();
  await page.waitForFunction(() => document.getAnimations().length === 0);
  release();
  await page.locator('.list a.item').first().waitFor();
  await page.unroute('**/graphql');
  await page.locator('.list a.item').filter({ hasText: 'Bob' }).click();
  await page.locator('.messages:not(.placing)').waitFor();
  // Each step has its own words: the step before it wrote into the same conversation.
  const words = `Walked with ${reducedMotion}.`;
  await type(page, words);
  await page.locator('article.message[data-seq]').filter({ hasText: words }).waitFor();
  await page.getByRole('button', { name: 'More options for Bob Okafor' }).click();
  await page.getByRole('menuitem').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.rail').getByRole('link', { name: /^Requests/ }).click();
  await page.locator('.list a.item').first().waitFor();
  await page.getByRole('button', { name: 'New message' }).first().click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.who-can').click();
  await page.locator('.audiences label').nth(3).click();
  await page.locator('.who-can').getByText('Friends', { exact: true }).waitFor();
  const moved = await page.evaluate(() => window.moved);
  await page.goto(`${browser.url}/settings/receipts?as=alice`);
  await page.locator('.switch input').click();
  // Where less motion is wanted, no transition begins.
  await page.waitForFunction(
    (reduced) => (reduced || window.moved.some(({ what }) => what.startsWith('transitionrun'))) && document.getAnimations().length === 0,
    reducedMotion === 'reduce',
  );
  moved.push(...(await page.evaluate(() => window.moved)));
  await page.context().close();
  return moved;
}

test('who asked for less motion sees none; who did not, sees the little there is', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const all = await step(browser, 'no-preference');
  for (const moving of [/^appear of ghost/, /^left of/]) {
    assert.ok(all.some(({ what, ms }) => moving.test(what) && ms > 100), `${moving} is not met: ${JSON.stringify(all)}`);
  }
  const reduced = await step(browser, 'reduce');
  assert.ok(reduced.length > 0, 'nothing was noted at all');
  assert.deepEqual(reduced.filter(({ ms }) => ms > atOnceMs), []);
});
