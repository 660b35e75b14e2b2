import type { Acquaintance } from '@aparte/client';
import type { Locale } from '../i18n/i18n';

const dayMs = 86_400_000;
/** An account this young is worth a word. */
const youngDays = 30;

/** What lies between the viewer and whoever asks, the strongest first, in short sentences. */
export function ties({ t, tag }: Locale, a: Acquaintance): string[] {
  const found: string[] = [];
  if (a.viewerFollows && a.followsViewer) found.push(t('tie.FRIEND'));
  else if (a.viewerFollows) found.push(t('tie.FOLLOWED'));
  else if (a.followsViewer) found.push(t('tie.FOLLOWER'));
  const { count, isCapped } = a.sharedFriends;
  if (count > 0) found.push(t('ties.shared', { count, n: count.toLocaleString(tag) + (isCapped ? '+' : '') }));
  if (a.suggested) found.push(t('ties.suggested'));
  return found;
}

/** How old the account is, where that should make one look twice; null otherwise. */
export function young({ t }: Locale, a: Acquaintance): string | null {
  if (!a.joinedAt) return null;
  const days = Math.floor((Date.now() - Date.parse(a.joinedAt)) / dayMs);
  return days < youngDays ? t('ties.young', { days }) : null;
}

/** For a line of the list. */
export function tiesLine(locale: Locale, a: Acquaintance): string {
  const found = ties(locale, a);
  const age = young(locale, a);
  return [...(found.length > 0 ? found : [locale.t('ties.none')]), ...(age ? [age] : [])].join(' · ');
}
