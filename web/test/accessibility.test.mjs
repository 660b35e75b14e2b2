import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { goTo, screens } from './screens.mjs';
import { startServer } from './server.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/**
 * The findings of axe, in words. The page's own policy forbids inline scripts, so axe comes through
 * the debugger.
 */
async function violations(page) {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html} (${n.any[0]?.message ?? n.failureSummary})`).join('; ')}`);
}

// Wide in light and narrow in dark: every rule meets both themes and both layouts.
for (const [theme, viewport, language] of [
  ['light', { width: 1280, height: 800 }, 'en-GB'],
  ['dark', { width: 320, height: 640 }, 'fr-FR'],
]) {
  test(`axe finds nothing on any screen, ${theme}, ${viewport.width} px wide, in ${language}`, async (t) => {
    const server = await startServer(t);
    const browser = await startBrowser(t, server);
    const found = {};
    for (const screen of screens) {
      const options = { viewport, colorScheme: theme, locale: language, reducedMotion: 'reduce', bypassCSP: true };
      const page = await goTo(browser, screen, options);
      const list = await violations(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) list.push(`the page is ${overflow} px too wide`);
      const beyond = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
      if (beyond > 0) list.push(`the page can be scrolled ${beyond} px past its end`);
      if (list.length > 0) found[screen.name] = list;
      await page.context().close();
    }
    assert.deepEqual(found, {});
  });
}

test('rows of the inbox have a name before the list has measured them', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('about:blank', { bypassCSP: true });
  // No row is ever measured: the observer of sizes keeps what it sees of list items to itself.
  await page.addInitScript(() => {
    const Observer = window.ResizeObserver;
    window.ResizeObserver = class extends Observer {
      constructor(tell) {
        super((entries, observer) => {
          const others = entries.filter(({ target }) => !target.matches('li'));
          if (others.length > 0) tell(others, observer);
        });
      }
    };
  });
  const nobody = screens.find(({ name }) => name === 'conversation-nobody');
  await page.goto(`${browser.url}${nobody.path}?as=alice`);
  await nobody.go(page);
  await page.locator('.list li').first().waitFor({ state: 'attached' });
  const drawn = await page.locator('.list li a').count();
  const named = await page.locator('.list').getByRole('link', { name: /\w/ }).count();
  assert.ok(drawn > 1);
  assert.equal(named, drawn);
  assert.deepEqual(await violations(page), []);
});

test('axe is there and sees what is wrong', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await goTo(browser, screens[0], { bypassCSP: true });
  await page.evaluate(() => document.querySelector('main').append(document.createElement('button')));
  assert.match((await violations(page)).join(), /button-name/);
});
