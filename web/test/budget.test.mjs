import assert from 'node:assert/strict';
import test from 'node:test';
import { firstLoad, observe } from '../scripts/measure.mjs';
import { startBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

// Times are measured on a quiet machine by `make web-report`; what does not depend on the machine
// is held here.
test('the first load of the inbox brings at most 150 KB of script and shifts next to nothing', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  const page = await browser.open('about:blank', { viewport: { width: 390, height: 844 } });
  await observe(page);
  const { bytes, cls } = await firstLoad(page, `${browser.url}/?as=alice`, '.list a.item');
  assert.ok(bytes > 0 && bytes <= 150 * 1024, `${Math.round(bytes / 1024)} KB`);
  assert.ok(cls <= 0.1, `a layout shift of ${cls}`);
});
