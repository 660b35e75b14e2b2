import assert from 'node:assert/strict';
import test from 'node:test';
import { growth, soak } from './soak.mjs';

const seconds = Number(process.env.DURATION ?? 20);
const long = seconds > 300;

test('I4: through cut connections every event is seen once and in order, and memory stays flat', async (t) => {
  const seed = Number(process.env.SEED ?? 7);
  const { samples } = await soak(t, {
    seconds,
    perSecond: 5,
    seed,
    cutEverySeconds: long ? 12 : 4,
    stalls: long,
    log: (line) => t.diagnostic(line),
  });
  if (!long) return;
  const { before, after } = growth(samples);
  t.diagnostic(`heap: median ${before.toFixed(1)} MB in the second third, ${after.toFixed(1)} MB in the last`);
  assert.ok(after - before < Math.max(1, before / 10), `memory grows: ${samples.map((s) => s.toFixed(1)).join(' ')}`);
});
