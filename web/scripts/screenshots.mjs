// Draws every screen in three widths and both themes into test-results/screens: `make
// web-screenshots`. Names of screens as arguments draw only those; WIDTHS and THEMES narrow it
// further. LANGUAGE_TAG (fr-FR) and DIRECTION (rtl) draw the others: their files say so in their
// names.
import { mkdir } from 'node:fs/promises';
import { results, startBrowser } from '../test/browser.mjs';
import { goTo, screens } from '../test/screens.mjs';
import { startServer } from '../test/server.mjs';

const widths = { narrow: [360, 740], middle: [820, 1000], wide: [1360, 860] };
const list = (text, all) => (text ? text.split(',') : all);
const wanted = process.argv.slice(2);
const folder = `${results}screens/`;
await mkdir(folder, { recursive: true });

const endings = [];
const t = { after: (ending) => endings.push(ending) };
let failed = false;
try {
  for (const theme of list(process.env.THEMES, ['light', 'dark'])) {
    for (const width of list(process.env.WIDTHS, Object.keys(widths))) {
      // Screens change what they show, so each round begins with a fresh demo.
      const server = await startServer(t);
      const browser = await startBrowser(t, server);
      const [w, h] = widths[width];
      for (const screen of screens.filter((s) => wanted.length === 0 || wanted.includes(s.name))) {
        const page = await goTo(browser, screen, {
          viewport: { width: w, height: h },
          colorScheme: theme,
          reducedMotion: 'reduce',
          locale: process.env.LANGUAGE_TAG ?? 'en-GB',
          direction: process.env.DIRECTION,
        });
        const drawn = [screen.name, width, theme, process.env.LANGUAGE_TAG, process.env.DIRECTION].filter(Boolean);
        await page.screenshot({ path: `${folder}${drawn.join('.')}.png` });
        await page.context().close();
      }
    }
  }
  console.log(folder);
} catch (error) {
  failed = true;
  console.error(error);
} finally {
  for (const ending of endings.reverse()) await ending();
}
process.exit(failed ? 1 : 0);
