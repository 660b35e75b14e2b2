import { setupI18n } from '@lingui/core';
import { createContext, useContext } from 'react';
import type english from './en.json';

export type Key = keyof typeof english;
export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

export const languages = { en: 'English', fr: 'Français' } as const;
export type Language = keyof typeof languages;

// vite.config.ts compiles the catalogs when it builds, so no parser is sent along; each comes only
// when it is spoken.
const catalogs = {
  en: () => import('./en.json'),
  fr: () => import('./fr.json'),
};

const languageKey = 'aparte.language';

/** The language that was chosen here; null: as the browser has it. */
export function chosenLanguage(): Language | null {
  const chosen = localStorage.getItem(languageKey);
  return chosen && chosen in languages ? (chosen as Language) : null;
}

export function chooseLanguage(language: Language | null) {
  if (language) localStorage.setItem(languageKey, language);
  else localStorage.removeItem(languageKey);
}

export function currentLanguage(): Language {
  const wanted = [chosenLanguage(), ...navigator.languages.map((tag) => tag.split('-')[0]!)];
  return (wanted.find((tag) => tag && tag in languages) as Language | undefined) ?? 'en';
}

export interface Locale {
  language: Language;
  /**
   * For Intl: the browser's own variant of the language, where it has one, or the language alone.
   */
  tag: string;
  t: Translate;
}

export async function loadLocale(language: Language): Promise<Locale> {
  const { default: messages } = await catalogs[language]();
  const i18n = setupI18n({ locale: language, messages: { [language]: messages } });
  const tag = navigator.languages.find((wanted) => wanted.split('-')[0] === language) ?? language;
  document.documentElement.lang = language;
  return { language, tag, t: (key, values) => i18n._(key, values) };
}

export const LocaleContext = createContext<{ locale: Locale; choose(language: Language | null): void } | null>(null);

export function useLocale(): Locale {
  return useContext(LocaleContext)!.locale;
}

export function useT(): Translate {
  return useLocale().t;
}
