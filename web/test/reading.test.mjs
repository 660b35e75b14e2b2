import assert from 'node:assert/strict';
import test from 'node:test';
import { startBrowser } from './browser.mjs';
import { item, standing } from './people.mjs';
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
  await standing(alice, 'line 90 of many').waitFor();
  const distance = () =>
    alice.locator('.messages').evaluate((m) => Math.round(m.scrollHeight - m.scrollTop - m.clientHeight));
  assert.ok((await distance()) <= 1, 'it stands at its foot');

  // What is in view stays where it is while pages are put above it: no line may jump between two pictures.
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

  await alice.getByRole('button', { name: 'Newest' }).click();
  await standing(alice, 'line 90 of many').waitFor();
  await alice.getByRole('button', { name: /new messages$/ }).click();
  await alice.getByText('New', { exact: true }).waitFor();
  const divider = await alice.locator('.first-unread').boundingBox();
  const box = await alice.locator('.messages').boundingBox();
  assert.ok(divider.y >= box.y && divider.y < box.y + box.height, 'the first unread message is in view');
});
