import type { Audience, AudienceReach, Settings } from '@aparte/client';
import { useEffect, useState } from 'react';
import { useLocale, type Key } from '../../i18n/i18n';
import { useActions } from '../hooks';

/** The people each audience would admit, asked anew with every change; null while not known. */
export function useReach(settings: Settings): ReadonlyMap<Audience, AudienceReach> | null {
  const actions = useActions();
  const [reach, setReach] = useState<ReadonlyMap<Audience, AudienceReach> | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    actions.reach(abort.signal).then(
      (all) => setReach(new Map(all.map((r) => [r.audience, r]))),
      // The choice does not wait for it.
      () => undefined,
    );
    return () => abort.abort();
  }, [actions, settings]);
  return reach;
}

/**
 * How many people an audience would let in, of those who have something to do with the viewer, and
 * what of all others.
 */
export function Reach({ of: reach }: { of: AudienceReach }) {
  const { t, tag } = useLocale();
  const parts: string[] = [];
  const add = (key: Key, count: number) => {
    if (count > 0) parts.push(t(key, { count, n: count.toLocaleString(tag) + (reach.isCapped ? '+' : '') }));
  };
  add('reach.inbox', reach.inbox);
  add('reach.requests', reach.requests);
  add('reach.hidden', reach.hidden);
  if (parts.length > 0 || reach.everyoneElse !== 'REFUSE') parts.push(t(`reachElse.${reach.everyoneElse}`));
  return <span className="reach">{parts.length > 0 ? parts.join(' · ') : t('reach.nobody')}</span>;
}
