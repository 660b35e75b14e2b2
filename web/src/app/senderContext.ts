import type { SenderContext } from '@aparte/client';
import type { Locale } from '../i18n/i18n';

const dayMs = 86_400_000;
/** An account this young is worth a word. */
const newDays = 30;

/** The relations between the viewer and the sender, the strongest first, in short sentences. */
export function senderContextParts({ t, tag }: Locale, a: SenderContext): string[] {
  const found: string[] = [];
  if (a.viewerFollows && a.followsViewer) found.push(t('relationTo.FRIEND'));
  else if (a.viewerFollows) found.push(t('relationTo.FOLLOWED'));
  else if (a.followsViewer) found.push(t('relationTo.FOLLOWER'));
  const { count, isCapped } = a.sharedFriends;
  if (count > 0) found.push(t('senderContext.shared', { count, n: count.toLocaleString(tag) + (isCapped ? '+' : '') }));
  if (a.suggested) found.push(t('senderContext.suggested'));
  return found;
}

const daysOld = (a: SenderContext) => (a.joinedAt ? Math.floor((Date.now() - Date.parse(a.joinedAt)) / dayMs) : Infinity);
const isNew = (a: SenderContext) => daysOld(a) < newDays;

/** How old the account is, where that should make one look twice; null otherwise. */
export function newAccountText({ t }: Locale, a: SenderContext): string | null {
  return isNew(a) ? t('senderContext.newAccount', { days: Math.max(0, daysOld(a)) }) : null;
}

/** For a line of the list: the same, as short as can be. */
export function senderContextLine({ t, tag }: Locale, a: SenderContext): string {
  const found: string[] = [];
  if (a.viewerFollows) found.push(t(a.followsViewer ? 'relation.friend' : 'relation.youFollow'));
  else if (a.followsViewer) found.push(t('relation.followsYou'));
  const { count, isCapped } = a.sharedFriends;
  if (count > 0) found.push(t('senderContext.shared', { count, n: count.toLocaleString(tag) + (isCapped ? '+' : '') }));
  if (found.length === 0) found.push(t(a.suggested ? 'senderContext.suggested' : 'senderContext.none'));
  if (isNew(a)) found.push(t('senderContext.new'));
  return found.join(' · ');
}
