import { useSyncExternalStore } from 'react';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface Preferences {
  theme: Theme;
  /**
   * Single keys do things; some assistive technology types them by accident, so they can be turned
   * off.
   */
  shortcuts: boolean;
}

// This browser remembers how someone likes the screen; nothing of it concerns the server.
const key = 'aparte.preferences';
const standard: Preferences = { theme: 'system', shortcuts: true };
const listeners = new Set<() => void>();
let current = read();

function read(): Preferences {
  try {
    return { ...standard, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Preferences>) };
  } catch {
    return standard;
  }
}

export function applyTheme() {
  document.documentElement.dataset['theme'] = current.theme;
}

export function setPreferences(change: Partial<Preferences>) {
  current = { ...current, ...change };
  localStorage.setItem(key, JSON.stringify(current));
  applyTheme();
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
