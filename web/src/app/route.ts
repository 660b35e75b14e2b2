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

/** The parts of the screen that the address names. embed.go knows the same addresses. */
export interface Route {
  folder: Folder | null;
  /** The person whose conversation is open. */
  person: string | null;
  settings: SettingsSection | null;
  /** A contact code that someone was given. */
  code: string | null;
  /** There is nothing at this address: the server has answered 404. */
  notFound: boolean;
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

/** The link to give out for a code: it opens this client wherever it is served. */
export function codeLink(secret: string): string {
  return `${location.origin}/c/${encodeURIComponent(secret)}`;
}

/** The address keeps its query, which names the person who uses the page. */
export function hrefOf(path: string): string {
  return path + location.search;
}

export function parse(pathname: string): Route {
  const [first = '', second = '', ...more] = pathname.slice(1).split('/');
  const route: Route = { folder: null, person: null, settings: null, code: null, notFound: false };
  const folder = folders[first];
  const section = settingsSections.find((name) => settingsPath(name) === pathname);
  if (first === 'with' && second && more.length === 0) return { ...route, person: second };
  if (first === 'c' && second && more.length === 0) return { ...route, code: decodeURIComponent(second) };
  if (section) return { ...route, settings: section };
  if (folder && pathname === folderPath(folder)) return { ...route, folder };
  return { ...route, notFound: true };
}

const listeners = new Set<() => void>();

function notify() {
  for (const listener of listeners) listener();
}

addEventListener('popstate', notify);

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * The address is noted before anything is drawn: who reloads what is on screen gets the same again.
 */
export function navigate(to: string) {
  if (to !== location.pathname) history.pushState(null, '', hrefOf(to));
  notify();
}

export function useRoute(): Route {
  return parse(useSyncExternalStore(subscribe, () => location.pathname));
}
