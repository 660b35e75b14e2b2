import { useCallback } from 'react';
import { useActions, useSelected } from './hooks';

/**
 * The text that is begun to a person and not sent; the second element sets it. The draft is the
 * same in every tab, and after a reload.
 */
export function useDraft(to: string): [string, (text: string) => void] {
  const actions = useActions();
  const text = useSelected((s) => s.drafts.get(to) ?? '');
  return [text, useCallback((next: string) => actions.draft(to, next), [actions, to])];
}
