import type { SenderContext } from '@aparte/client';
import { useLocale } from '../i18n/i18n';
import { newAccountText, senderContextParts } from './senderContext';
import { Avatar } from './Avatar';
import { useTimes } from './time';
import { nameOf } from './labels';

/** How the viewer knows the sender: whom both know, who follows whom, since when they are here. */
export function SenderContextView({ of: a }: { of: SenderContext }) {
  const locale = useLocale();
  const { t, tag } = locale;
  const times = useTimes();
  const { some, count } = a.sharedFriends;
  const found = senderContextParts(locale, a);
  const names = some.map((friend) => nameOf(friend, t));
  const more = count - some.length;
  const whom = new Intl.ListFormat(tag, { type: 'conjunction' }).format(
    more > 0 && names.length > 0 ? [...names, t('senderContext.more', { count: more })] : names,
  );
  const age = newAccountText(locale, a);
  return (
    <div className="sender-context">
      {some.length > 0 && (
        <span className="shared-friends">
          {some.map((friend) => (
            <Avatar key={friend.id} user={friend} />
          ))}
        </span>
      )}
      <p>
        {found.length > 0 ? found.join(' · ') : t('senderContext.none')}
        {names.length > 0 && <small dir="auto">{t('senderContext.whom', { whom })}</small>}
        {a.joinedAt && <small className={age ? 'new-account' : undefined}>{age ?? t('senderContext.since', { at: times.month(a.joinedAt) })}</small>}
      </p>
    </div>
  );
}
