import { useEffect, useRef } from 'react';
import type { Folder } from '@aparte/client';
import type { Key } from '../i18n/i18n';
import type { OpenDialog } from './dialogs';
import { useFolder } from './hooks';
import { usePreferences } from './preferences';
import { folderPath, navigate, personPath, settingsPath } from './route';

/** The shortcuts that Help.tsx lists. */
export const shortcuts: { keys: string[]; means: Key }[] = [
  { keys: ['n', '/'], means: 'help.compose' },
  { keys: ['g i', 'g r', 'g a', 'g s'], means: 'help.go' },
  { keys: ['Alt ↓', 'Alt ↑'], means: 'help.next' },
  { keys: ['↓', '↑', 'Home', 'End'], means: 'help.move' },
  { keys: ['Esc'], means: 'help.back' },
  { keys: ['Enter', 'Shift Enter'], means: 'help.send' },
  { keys: ['?'], means: 'help.help' },
];

const places: Record<string, string> = {
  i: folderPath('INBOX'),
  r: folderPath('REQUESTS'),
  a: folderPath('ARCHIVE'),
  s: settingsPath(),
};

interface Where {
  folder: Folder;
  person: string | null;
  open(dialog: OpenDialog): void;
}

/**
 * The keys that work anywhere on the page. Single keys rest while someone types, and can be turned
 * off.
 */
export function useShortcuts({ folder, person, open }: Where) {
  const { conversations } = useFolder(folder);
  const { shortcuts: on } = usePreferences();
  const went = useRef(false);
  useEffect(() => {
    const step = (by: number) => {
      const at = conversations.findIndex((c) => c.with.id === person);
      const next = conversations[at < 0 ? 0 : at + by];
      if (next) navigate(personPath(next.with.id));
    };
    const single = (key: string): boolean => {
      const place = went.current ? places[key] : undefined;
      went.current = key === 'g' && !went.current;
      if (place) navigate(place);
      else if (key === 'n' || key === '/') open('compose');
      else if (key === '?') open('help');
      else return false;
      return true;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      const { altKey, ctrlKey, metaKey, key } = event;
      if (ctrlKey || metaKey) return;
      if (altKey) {
        if (key !== 'ArrowDown' && key !== 'ArrowUp') return;
        step(key === 'ArrowDown' ? 1 : -1);
        return event.preventDefault();
      }
      const typing = event.target instanceof Element && event.target.closest('input:not([type=radio], [type=checkbox]), textarea, select, [role=menu]');
      if (on && !typing && single(key)) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [conversations, person, open, on]);
}
