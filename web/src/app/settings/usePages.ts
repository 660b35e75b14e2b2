import type { Page, Paging } from '@aparte/client';
import { useEffect, useEffectEvent, useState } from 'react';
import { useAsk } from '../hooks';

interface Pages<T> {
  /** Null while the first page is on its way. */
  items: readonly T[] | null;
  setItems(change: (before: readonly T[]) => readonly T[]): void;
  /** Reads on; undefined when all is here. */
  more?: () => void;
}

/**
 * A list of the server's, page by page. It is read anew when `version` changes; what is there stays
 * until then.
 */
export function usePages<T>(load: (paging: Paging) => Promise<Page<T>>, version?: unknown): Pages<T> {
  const ask = useAsk();
  const [items, setItems] = useState<readonly T[] | null>(null);
  const [next, setNext] = useState<string | null>(null);

  const read = (after: string | null, signal?: AbortSignal) =>
    load({ after, ...(signal && { signal }) }).then(
      (page) => {
        setItems((before) => [...(after ? (before ?? []) : []), ...page.nodes]);
        setNext(page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null);
      },
      (error) => signal?.aborted || Promise.reject(error),
    );
  const readAnew = useEffectEvent((signal: AbortSignal) => void ask(read(null, signal)));
  useEffect(() => {
    const abort = new AbortController();
    readAnew(abort.signal);
    return () => abort.abort();
  }, [version]);
  return {
    items,
    setItems: (change) => setItems((before) => before && change(before)),
    ...(next !== null && { more: () => void ask(read(next)) }),
  };
}
