// The client through hours of messages and cut connections. One page is the real client with its
// conversation open; a second tab of the same browser listens to what the first hands on to other
// tabs, and checks that it is every event of the log, once and in order. `make web-soak` runs it
// for an hour, soak.test.mjs for some seconds.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { patience } from './patience.mjs';
import { startBrowser } from './browser.mjs';
import { startCutter } from './cutproxy.mjs';
import { startServer } from './server.mjs';

/** A small generator with a seed, so that a run can be had again. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Runs in the second tab. An event names the cursor before it, so a gap or a double shows at once.
 */
function listen(account) {
  const seen = { events: 0, messages: 0, seq: 0, cursor: null, wrong: [] };
  window.seen = seen;
  new BroadcastChannel(account).onmessage = ({ data }) => {
    if (data.kind === 'shared' && seen.cursor !== null) seen.wrong.push('the inbox was loaded anew');
    if (data.kind !== 'event') return;
    const { previous, event } = data;
    seen.events++;
    if (seen.cursor !== null && previous !== seen.cursor) seen.wrong.push(`${event.cursor} does not follow ${seen.cursor}`);
    seen.cursor = event.cursor;
    if (event.__typename !== 'MessageAdded') return;
    seen.messages++;
    if (seen.seq !== 0 && event.message.seq !== seen.seq + 1) seen.wrong.push(`seq ${event.message.seq} after ${seen.seq}`);
    seen.seq = event.message.seq;
  };
}

/**
 * Runs in the page: scrolls from the newest message as far up as 100 views, and says what came into
 * view, newest first.
 */
async function read(box) {
  const seqs = new Set();
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  box.scrollTop = box.scrollHeight;
  box.dispatchEvent(new WheelEvent('wheel'));
  for (let left = 200; left > 0; left--) {
    await frame();
    await frame();
    const { top, bottom } = box.getBoundingClientRect();
    for (const row of box.querySelectorAll('article.message[data-seq]')) {
      const place = row.getBoundingClientRect();
      if (place.bottom > top && place.top < bottom) seqs.add(Number(row.dataset.seq));
    }
    if (box.scrollTop <= 0) break;
    box.scrollTop -= box.clientHeight / 2;
  }
  return [...seqs].sort((a, b) => b - a);
}

/**
 * @param {{ seconds: number, perSecond: number, seed: number, cutEverySeconds: number, stalls:
 * boolean,
 *   log(line: string): void }} options
 */
export async function soak(t, { seconds, perSecond, seed, cutEverySeconds, stalls, log }) {
  const random = randomFrom(seed);
  const server = await startServer(t);
  const cutter = await startCutter(t, server);
  const browser = await startBrowser(t, cutter);
  const page = await browser.open('/?as=bob');
  await page.locator('.list a').filter({ hasText: 'Alice' }).click();
  await page.locator('article.message[data-seq]').first().waitFor();

  const tab = await page.context().newPage();
  await tab.goto(`${cutter.url}/icon.svg`);
  const { me } = await server.ask('bob', '{ me { externalId } }');
  await tab.evaluate(listen, `aparte:${me.externalId}`);
  const heap = await page.context().newCDPSession(page);
  const used = async () => {
    await heap.send('HeapProfiler.collectGarbage');
    return (await heap.send('Runtime.getHeapUsage')).usedSize / 1e6;
  };

  const people = await server.people();
  const token = people.find((p) => p.handle === 'alice').token;
  const to = await server.idOf('bob');
  const send = async (body) => {
    const input = { to: { userId: to }, body, clientMessageId: crypto.randomUUID() };
    const query = 'mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }';
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const answer = await response.json();
    assert.equal(answer.data?.sendMessage.__typename, 'SendMessageSuccess', JSON.stringify(answer));
  };

  const begun = Date.now();
  const elapsed = () => (Date.now() - begun) / 1000;
  let cuts = 0;
  const over = { over: false };
  const cutting = (async () => {
    while (!over.over) {
      await pause(1000 * cutEverySeconds * (0.5 + random()));
      if (over.over) return;
      cuts++;
      const kind = random();
      if (stalls && kind < 0.15) {
        cutter.stall();
      } else {
        cutter.closed = kind < 0.5;
        cutter.cut();
        await pause(3000 * random());
        cutter.closed = false;
      }
    }
  })();

  const samples = [];
  let sent = 0;
  let sampled = 0;
  const sampleEvery = Math.max(5, seconds / 60);
  while (elapsed() < seconds) {
    await send(`soak ${++sent}`);
    if (elapsed() - sampled > sampleEvery) {
      sampled = elapsed();
      samples.push(await used());
      log(`${elapsed().toFixed(0)} s: ${sent} sent, ${cuts} cuts, heap ${samples.at(-1).toFixed(1)} MB`);
    }
    await pause(Math.max(0, begun + (1000 * sent) / perSecond - Date.now()));
  }
  over.over = true;
  await cutting;
  cutter.closed = false;
  await page.locator('article.message[data-seq]').getByText(`soak ${sent}`, { exact: true }).waitFor({ timeout: patience(60_000) });
  const seen = await tab.evaluate(() => window.seen);
  log(`${sent} sent, ${seen.messages} messages and ${seen.events} events seen, ${cuts} cuts`);
  assert.deepEqual(seen.wrong, [], 'every event once and in order');
  assert.equal(seen.messages, sent, 'every message was seen, once');
  const shown = await page.locator('.messages').evaluate(read);
  assert.deepEqual(shown, shown.map((_, i) => seen.seq - i), 'what is on the page has no gap');
  assert.ok(shown.length >= Math.min(sent, 100), `only ${shown.length} messages came into view`);
  return { sent, cuts, samples, events: seen.events };
}

/**
 * The median of the second third and of the last: what leaks, grows between them. The first third
 * fills the window.
 */
export function growth(samples) {
  const third = Math.floor(samples.length / 3);
  const median = (part) => part.toSorted((a, b) => a - b)[Math.floor(part.length / 2)];
  return { before: median(samples.slice(third, 2 * third)), after: median(samples.slice(2 * third)) };
}
