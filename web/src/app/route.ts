import { useSyncExternalStore } from 'react';
import type { Folder } from '../api/types';

/** What is on screen. embed.go knows the same addresses. */
export interface Route {
  folder: Folder | null;
  /** The person whose conversation is open. */
  person: string | null;
}

const folders: Record<string, Folder> = { '': 'INBOX', requests: 'REQUESTS', hidden: 'HIDDEN', archive: 'ARCHIVE' };

export function folderPath(folder: Folder): string {
  return '/' + Object.keys(folders).find((path) => folders[path] === folder)!;
}

export function personPath(userId: string): string {
  return `/with/${userId}`;
}

/** Who the page is stays in the address. */
export function hrefOf(path: string): string {
  return path + location.search;
}

function parse(pathname: string): Route {
  const [, first = '', second = ''] = pathname.split('/');
  return first === 'with' ? { folder: null, person: second } : { folder: folders[first] ?? 'INBOX', person: null };
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
