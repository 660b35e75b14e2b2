import { useCallback } from 'react';
import { useActions, useSelected } from './hooks';

/**
 * What is begun to a person and not sent; the second sets it. The same in every tab, and after a
 * reload.
 */
export function useDraft(to: string): [string, (text: string) => void] {
  const actions = useActions();
  const text = useSelected((s) => s.drafts.get(to) ?? '');
  return [text, useCallback((next: string) => actions.draft(to, next), [actions, to])];
}
