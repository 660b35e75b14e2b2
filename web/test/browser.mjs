import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { patience } from './patience.mjs';

export const results = fileURLToPath(new URL('../test-results/', import.meta.url));

const launchFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * A browser for one test. When the test ends, no page may have asked another host for anything or
 * reported an error.
 */
export async function startBrowser(t, server) {
  await mkdir(results, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.APARTE_CHROMIUM || '/usr/bin/chromium',
    args: launchFlags,
    timeout: patience(60_000),
  });
  const complaints = [];
  t.after(async () => {
    await browser.close();
    assert.deepEqual(complaints, []);
  });
  const allowed = [server.url, server.url.replace('http', 'ws')].map((url) => new URL(url).origin);
  return {
    url: server.url,
    server,
    /** Opens a page in a context of its own, as two people have two browsers. */
    async open(path, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(patience(20_000));
      const outside = (url) => {
        if (!['data:', 'blob:', 'about:'].includes(new URL(url).protocol) && !allowed.includes(new URL(url).origin)) {
          complaints.push(`asked another host: ${url}`);
        }
      };
      page.on('request', (request) => outside(request.url()));
      page.on('websocket', (socket) => outside(socket.url()));
      page.on('pageerror', (error) => complaints.push(`page error: ${error.stack}`));
      page.on('console', (message) => {
        if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
      });
      await page.goto(path.startsWith('about:') ? path : server.url + path);
      return page;
    },
  };
}
