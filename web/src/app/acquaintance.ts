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

const daysOld = (a: Acquaintance) => (a.joinedAt ? Math.floor((Date.now() - Date.parse(a.joinedAt)) / dayMs) : Infinity);
const isYoung = (a: Acquaintance) => daysOld(a) < youngDays;

/** How old the account is, where that should make one look twice; null otherwise. */
export function young({ t }: Locale, a: Acquaintance): string | null {
  return isYoung(a) ? t('ties.young', { days: Math.max(0, daysOld(a)) }) : null;
}

/** For a line of the list: the same, as short as can be. */
export function tiesLine({ t, tag }: Locale, a: Acquaintance): string {
  const found: string[] = [];
  if (a.viewerFollows) found.push(t(a.followsViewer ? 'relation.friend' : 'relation.youFollow'));
  else if (a.followsViewer) found.push(t('relation.followsYou'));
  const { count, isCapped } = a.sharedFriends;
  if (count > 0) found.push(t('ties.shared', { count, n: count.toLocaleString(tag) + (isCapped ? '+' : '') }));
  if (found.length === 0) found.push(t(a.suggested ? 'ties.suggested' : 'ties.none'));
  if (isYoung(a)) found.push(t('ties.new'));
  return found.join(' · ');
}
