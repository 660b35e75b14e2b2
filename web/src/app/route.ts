import { useSyncExternalStore } from 'react';
import type { Folder } from '@aparte/client';

export const settingsSections = [
  'audience',
  'kinds',
  'exceptions',
  'blocked',
  'codes',
  'requests',
  'words',
  'history',
  'receipts',
  'reports',
  'notices',
  'data',
  'display',
] as const;
export type SettingsSection = (typeof settingsSections)[number];

/** What is on screen. embed.go knows the same addresses. */
export interface Route {
  folder: Folder | null;
  /** The person whose conversation is open. */
  person: string | null;
  settings: SettingsSection | null;
  /** A contact code that someone was given. */
  code: string | null;
}

const folders: Record<string, Folder> = { '': 'INBOX', requests: 'REQUESTS', hidden: 'HIDDEN', archive: 'ARCHIVE' };

export function folderPath(folder: Folder): string {
  return '/' + Object.keys(folders).find((path) => folders[path] === folder)!;
}

export function personPath(userId: string): string {
  return `/with/${userId}`;
}

export function settingsPath(section: SettingsSection = 'audience'): string {
  return section === 'audience' ? '/settings' : `/settings/${section}`;
}

/** What is given out: it opens this client wherever it is served. */
export function codeLink(secret: string): string {
  return `${location.origin}/c/${encodeURIComponent(secret)}`;
}

/** Who the page is stays in the address. */
export function hrefOf(path: string): string {
  return path + location.search;
}

export function parse(pathname: string): Route {
  const [, first = '', second = ''] = pathname.split('/');
  const nowhere = { folder: null, person: null, settings: null, code: null };
  if (first === 'with') return { ...nowhere, person: second };
  if (first === 'c' && second) return { ...nowhere, code: decodeURIComponent(second) };
  if (first === 'settings') {
    return { ...nowhere, settings: settingsSections.find((section) => section === second) ?? 'audience' };
  }
  return { ...nowhere, folder: folders[first] ?? 'INBOX' };
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
  };
}

export function navigate(path: string) {
  if (path !== location.pathname) history.pushState(null, '', hrefOf(path));
  for (const listener of listeners) listener();
}

export function useRoute(): Route {
  return parse(useSyncExternalStore(subscribe, () => location.pathname));
}
