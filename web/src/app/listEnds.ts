import { useLayoutEffect, useReducer, useRef } from 'react';

/** A list of which a part is kept: it grows at one end and loses what is far at the other. */
interface Ends<T> {
  /** The list to be drawn now. */
  list: readonly T[];
  /** The rows that were added or taken away are above: the rows below keep their place. */
  above: boolean;
}

/**
 * Changes one end of a list at a time. A virtual list is told of changes by how many rows there
 * are: fifty more above and fifty fewer below are none to it, and what is read would jump by fifty
 * rows. So first those that are added are drawn, and before anybody sees it those that are to go
 * are taken away.
 */
export function useOneEndAtATime<T>(wanted: readonly T[], keyOf: (item: T) => string): Ends<T> {
  const drawn = useRef(wanted);
  const [, again] = useReducer((n: number) => n + 1, 0);
  const list = oneEnd(drawn.current, wanted, keyOf);
  const above = list.length > 0 && drawn.current.length > 0 && keyOf(list[0]!) !== keyOf(drawn.current[0]!);
  useLayoutEffect(() => {
    drawn.current = list;
    if (list !== wanted) again();
  });
  return { list, above };
}

/**
 * The list between two others that have a part in common, when both of its ends differ; else the
 * second.
 */
function oneEnd<T>(from: readonly T[], to: readonly T[], keyOf: (item: T) => string): readonly T[] {
  if (from === to || from.length === 0 || to.length === 0) return to;
  const first = keyOf(to[0]!);
  const last = keyOf(to.at(-1)!);
  if (keyOf(from[0]!) === first || keyOf(from.at(-1)!) === last) return to;
  // Below something was added, and above something goes …
  const start = from.findIndex((item) => keyOf(item) === first);
  if (start > 0) return [...from.slice(0, start), ...to];
  // … or the other way round.
  const ends = from.findIndex((item) => keyOf(item) === last);
  return ends >= 0 ? [...to, ...from.slice(ends + 1)] : to;
}
