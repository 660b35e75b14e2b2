import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { goTo, screens } from './screens.mjs';
import { startServer } from './server.mjs';

/** Names the elements that are not wholly visible without scrolling the page sideways. */
const outside = () => {
  const found = [];
  const name = (e) => `${e.tagName.toLowerCase()}.${[...e.classList].join('.')} “${e.textContent.trim().slice(0, 30)}”`;
  const seen = (e) => e.checkVisibility({ opacityProperty: false, visibilityProperty: true, contentVisibilityAuto: true });
  // Cut off with dots, or there for screen readers only: both on purpose, and so is all that stands
  // inside.
  const onPurpose = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (at !== e && style.textOverflow === 'ellipsis') return true;
      if (style.clipPath !== 'none') return true;
    }
    return false;
  };
  for (const element of document.body.querySelectorAll('*')) {
    if (!seen(element) || onPurpose(element)) continue;
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 0 && (left < -0.5 || right > innerWidth + 0.5)) {
      found.push(`${name(element)} reaches from ${Math.round(left)} to ${Math.round(right)}`);
      continue;
    }
    // A box that can be moved sideways hides what is in it as well.
    const style = getComputedStyle(element);
    const hides = style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis';
    if (hides && element.scrollWidth > element.clientWidth + 1) {
      found.push(`${name(element)} hides ${element.scrollWidth - element.clientWidth} px`);
    }
  }
  return found;
};

const widths = [320, 360];

for (const language of ['en-GB', 'fr-FR']) {
  test(`on a small phone nothing stands outside of the page, on any screen, in ${language}`, async (t) => {
    const server = await startServer(t);
    const browser = await startBrowser(t, server);
    const found = {};
    for (const screen of screens) {
      const viewport = { width: widths[0], height: 640 };
      const page = await goTo(browser, screen, { viewport, locale: language, reducedMotion: 'reduce' });
      for (const width of widths) {
        await page.setViewportSize({ width, height: 640 });
        const list = await page.evaluate(outside);
        if (list.length > 0) found[`${screen.name}, ${width} px`] = list;
      }
      await page.context().close();
    }
    assert.deepEqual(found, {});
  });
}

test('what stands outside is seen, and so is what a box hides', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await goTo(browser, screens[0], { viewport: { width: 320, height: 640 } });
  await page.locator('.dev-bar a').first().waitFor();
  assert.deepEqual(await page.evaluate(outside), []);
  await page.evaluate(() => (document.querySelector('.dev-bar').style.paddingLeft = '200px'));
  assert.match((await page.evaluate(outside)).join(), /^a.*reaches/);
  await page.evaluate(() => (document.querySelector('.dev-bar').style.overflowX = 'auto'));
  assert.match((await page.evaluate(outside)).join(), /dev-bar.* hides/);
});
