import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { item, stored } from './steps.mjs';
import { startServer } from './server.mjs';

/** Many messages at once, in order. */
async function sendMany(server, from, to, count) {
  for (let i = 1; i <= count; i++) await server.send(from, to, `line ${i} of many`);
}

test('a long conversation opens at its end, keeps its place as older pages come, and leads to the first unread', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  await sendMany(server, 'bob', 'alice', 90);
  const alice = await browser.open('/?as=alice');
  await item(alice, 'Bob').click();
  await alice.locator('.messages:not(.placing)').waitFor();
  await stored(alice, 'line 90 of many').waitFor();
  const distance = () =>
    alice.locator('.messages').evaluate((m) => Math.round(m.scrollHeight - m.scrollTop - m.clientHeight));
  assert.ok((await distance()) <= 1, 'it stands at its bottom');

  // A line in view stays where it is while pages are put above it: no line may jump between two
  // pictures.
  const jumps = await alice.locator('.messages').evaluate(async (m) => {
    const places = () =>
      new Map(
        [...m.querySelectorAll('article[data-seq]')].map((a) => [a.dataset.seq, a.getBoundingClientRect().top]),
      );
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    m.focus();
    m.dispatchEvent(new WheelEvent('wheel'));
    let worst = 0;
    let first = Infinity;
    // Until the very first message, which the demo wrote, is here and in reach.
    for (let i = 0; i < 600 && (m.scrollTop > 0 || first > 1); i++) {
      const before = places();
      const moved = Math.min(120, m.scrollTop);
      m.scrollTop -= moved;
      await frame();
      await frame();
      const after = places();
      const shared = [...after].filter(([seq, top]) => before.has(seq) && top > 0 && top < m.clientHeight);
      for (const [seq, top] of shared) worst = Math.max(worst, Math.abs(top - before.get(seq) - moved));
      first = Math.min(...[...after.keys()].map(Number));
    }
    return { worst, first };
  });
  assert.equal(jumps.first, 1, 'the beginning is reached');
  assert.ok(jumps.worst < 40, `a line in view jumped by ${jumps.worst} px`);

  await alice.getByRole('button', { name: 'Newest messages' }).click();
  await stored(alice, 'line 90 of many').waitFor();
  await alice.getByRole('button', { name: /new messages$/ }).click();
  await alice.getByText('New messages', { exact: true }).waitFor();
  const divider = await alice.locator('.first-unread').boundingBox();
  const box = await alice.locator('.messages').boundingBox();
  assert.ok(divider.y >= box.y && divider.y < box.y + box.height, 'the first unread message is in view');
});

/**
 * Runs in the page: scrolls until there is no further to go, and tells of jumps. `up` is 1 or -1.
 */
async function scroll(box, up) {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const inView = () => {
    const { top, bottom } = box.getBoundingClientRect();
    const seen = new Map();
    for (const row of box.querySelectorAll('article.message[data-seq]')) {
      const place = row.getBoundingClientRect();
      if (place.bottom > top && place.top < bottom) seen.set(Number(row.dataset.seq), place.top);
    }
    return seen;
  };
  const jumps = [];
  box.dispatchEvent(new WheelEvent('wheel'));
  let seen = inView();
  for (let rest = 0; rest < 60; ) {
    const before = box.scrollTop;
    box.scrollTop -= up * 300;
    const moved = before - box.scrollTop;
    rest = moved === 0 ? rest + 1 : 0;
    await frame();
    await frame();
    const now = inView();
    const shared = [...now].filter(([seq]) => seen.has(seq));
    const worst = Math.max(...shared.map(([seq, top]) => Math.abs(top - seen.get(seq) - moved)));
    if (shared.length === 0 || worst > 60) jumps.push(`${[...seen.keys()]} then ${[...now.keys()]}`);
    seen = now;
  }
  return { jumps, seqs: [...seen.keys()] };
}

test('in a conversation longer than what is kept of it nothing jumps on the way up, on the way down, or when something arrives', async (t) => {
  const server = await startServer(t);
  const browser = await startBrowser(t, server);
  await sendMany(server, 'bob', 'alice', 640);
  const alice = await browser.open('/?as=alice');
  await item(alice, 'Bob').click();
  await stored(alice, 'line 640 of many').waitFor();
  const box = alice.locator('.messages:not(.placing)');
  const newest = Math.max(...(await box.evaluate(scroll, -1)).seqs);
  const up = await box.evaluate(scroll, 1);
  assert.deepEqual(up.jumps, [], 'up');
  assert.equal(Math.min(...up.seqs), 1, 'the beginning is reached');
  const down = await box.evaluate(scroll, -1);
  assert.deepEqual(down.jumps, [], 'down');
  assert.equal(Math.max(...down.seqs), newest, 'the end is reached');

  // As many as are kept are here, the newest among them: what arrives takes the place of the first.
  const place = () =>
    box.evaluate((m) => {
      const top = m.getBoundingClientRect().top;
      const row = [...m.querySelectorAll('article.message[data-seq]')].find((a) => a.getBoundingClientRect().top > top);
      return [row.dataset.seq, row.getBoundingClientRect().top];
    });
  await box.evaluate((m) => {
    m.dispatchEvent(new WheelEvent('wheel'));
    m.scrollTop -= 3000;
  });
  await alice.getByRole('button', { name: 'Newest messages' }).waitFor();
  const before = await place();
  for (let i = 1; i <= 5; i++) await server.send('bob', 'alice', `one more, ${i}`);
  await alice.locator('.list a').filter({ hasText: 'one more, 5' }).waitFor();
  const after = await place();
  assert.equal(after[0], before[0], 'what is read stays where it is');
  assert.ok(Math.abs(after[1] - before[1]) < 40, `what is read jumped by ${after[1] - before[1]} px`);
});
