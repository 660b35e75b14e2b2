import { currentLanguage, loadLocale, type Key } from '../i18n/i18n';

// The page stands in English before this has come, and where scripts do not run.
const texts: [string, Key][] = [
  ['h1', 'demo.title'],
  ['header p', 'demo.hint'],
  ['header a:first-of-type', 'demo.inbox'],
  ['header a:last-of-type', 'dev.playground'],
];

void loadLocale(currentLanguage()).then(({ t }) => {
  for (const [selector, key] of texts) document.querySelector(selector)!.textContent = t(key);
  document.title = `${t('demo.title')} – Aparté`;
});
