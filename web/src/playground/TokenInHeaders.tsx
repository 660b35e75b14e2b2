import { useEditorContext } from '@graphiql/react';
import { useEffect, useRef } from 'react';

/**
 * Keeps the headers editor of the tab in front at the chosen person's token, unless someone typed
 * another one.
 */
export function TokenInHeaders({ token }: { token: string }) {
  const { headerEditor, activeTabIndex } = useEditorContext({ nonNull: true });
  const written = useRef(new Set<unknown>([undefined, '']));
  const last = useRef('');

  useEffect(() => {
    if (!headerEditor || !token) return;
    const value = `Bearer ${token}`;
    const headers = parse(headerEditor.getValue());
    const chosenNow = last.current !== value;
    last.current = value;
    written.current.add(value);
    if (!headers || headers['Authorization'] === value) return;
    if (chosenNow || written.current.has(headers['Authorization'])) {
      headerEditor.setValue(JSON.stringify({ ...headers, Authorization: value }, null, 2));
    }
  }, [headerEditor, activeTabIndex, token]);
  return null;
}

/** Null while someone is in the middle of typing. */
function parse(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
