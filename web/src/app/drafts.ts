import { useCallback, useSyncExternalStore } from 'react';
import { useMe } from './hooks';

// What was begun and not sent, one a person, kept in this browser until it is sent or emptied.
const prefix = 'aparte.draft.';
const listeners = new Set<() => void>();

const keyOf = (me: string, to: string) => `${prefix}${me}.${to}`;

function subscribe(listener: () => void) {
  listeners.add(listener);
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}

function write(key: string, text: string) {
  if (text) localStorage.setItem(key, text);
  else localStorage.removeItem(key);
  for (const listener of listeners) listener();
}

/** What is begun to a person; the second sets it. */
export function useDraft(to: string): [string, (text: string) => void] {
  const me = useMe()?.id;
  const key = me ? keyOf(me, to) : null;
  const text = useSyncExternalStore(subscribe, () => (key ? (localStorage.getItem(key) ?? '') : ''));
  const set = useCallback((next: string) => key && write(key, next), [key]);
  return [text, set as (text: string) => void];
}
