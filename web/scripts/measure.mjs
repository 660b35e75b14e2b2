// The page's measurements of its own speed, in the terms that Lighthouse uses.

/** Begins to listen before the page's own code runs. */
export async function observe(page) {
  await page.addInitScript(() => {
    const seen = { lcp: 0, cls: 0, blocked: 0, events: [] };
    window.measured = seen;
    const on = (type, each, more = {}) =>
      new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...more });
    on('largest-contentful-paint', (e) => (seen.lcp = e.startTime));
    on('layout-shift', (e) => e.hadRecentInput || (seen.cls += e.value));
    on('longtask', (e) => (seen.blocked += Math.max(0, e.duration - 50)));
    on('event', (e) => e.interactionId && seen.events.push({ name: e.name, at: e.startTime, ms: e.duration }), { durationThreshold: 16 });
  });
}

/** First load: when the list was there, and the figures of the browser. */
export async function firstLoad(page, url, ready) {
  let bytes = 0;
  const { gzipSync } = await import('node:zlib');
  const scripts = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.body().then((b) => gzipSync(b, { level: 9 }).length));
  });
  await page.goto(url);
  await page.locator(ready).first().waitFor();
  const shown = await page.evaluate(() => performance.now());
  await page.waitForLoadState('networkidle');
  for (const size of await Promise.all(scripts)) bytes += size;
  const { lcp, cls, blocked } = await page.evaluate(() => window.measured);
  const fcp = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
  return { bytes, fcp, lcp, cls, blocked, shown };
}

/**
 * How long the page took from an input to the next picture: the slowest of the events that `act`
 * caused.
 */
export async function interaction(page, act) {
  // An event may be told late: those of what was done before do not count here.
  const since = await page.evaluate(() => performance.now());
  await act();
  // Two pictures later every event of it has been told.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  // The browser never reports an event that took less than 16 ms.
  const told = (from) => window.measured.events.some((e) => e.at >= from);
  await page.waitForFunction(told, since, { timeout: 1000 }).catch(() => undefined);
  const mine = (from) => window.measured.events.filter((e) => e.at >= from).map((e) => e.ms);
  return Math.max(0, ...(await page.evaluate(mine, since)));
}

/**
 * Scrolls by touch and says how long the frames took, and whether the page was ever without rows.
 */
export async function scrolling(page, box, row, distance, speed) {
  const { x, y, width, height } = await page.locator(box).boundingBox();
  const cdp = await page.context().newCDPSession(page);
  await page.evaluate(
    ([box, row]) => {
      const frames = [];
      let blank = 0;
      let last = performance.now();
      let on = true;
      const element = document.querySelector(box);
      const frame = (now) => {
        frames.push(now - last);
        last = now;
        const { top, bottom } = element.getBoundingClientRect();
        const middle = (top + bottom) / 2;
        const covered = [...element.querySelectorAll(row)].some((e) => {
          const place = e.getBoundingClientRect();
          return place.top <= middle && place.bottom >= middle - 40;
        });
        if (!covered) blank++;
        if (on) requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      window.scrolled = () => {
        on = false;
        return { frames, blank };
      };
    },
    [box, row],
  );
  await cdp.send('Input.synthesizeScrollGesture', {
    x: Math.round(x + width / 2),
    y: Math.round(y + height / 2),
    yDistance: distance,
    speed,
    gestureSourceType: 'mouse',
    preventFling: true,
  });
  const { frames, blank } = await page.evaluate(() => window.scrolled());
  frames.sort((a, b) => a - b);
  const at = (q) => frames[Math.min(frames.length - 1, Math.floor(frames.length * q))];
  return { frames: frames.length, p50: at(0.5), p95: at(0.95), longest: at(1), slow: frames.filter((f) => f > 50).length, blank };
}
