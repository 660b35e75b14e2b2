import type { Acquaintance } from '@aparte/client';
import { useLocale } from '../i18n/i18n';
import { ties, young } from './acquaintance';
import { Avatar } from './Avatar';
import { useTimes } from './time';
import { nameOf } from './words';

/** How one knows whoever asks: whom both know, who follows whom, since when they are here. */
export function Ties({ of: a }: { of: Acquaintance }) {
  const locale = useLocale();
  const { t, tag } = locale;
  const times = useTimes();
  const { some, count } = a.sharedFriends;
  const found = ties(locale, a);
  const names = some.map((friend) => nameOf(friend, t));
  const more = count - some.length;
  const whom = new Intl.ListFormat(tag, { type: 'conjunction' }).format(
    more > 0 && names.length > 0 ? [...names, t('ties.more', { count: more })] : names,
  );
  const age = young(locale, a);
  return (
    <div className="ties">
      {some.length > 0 && (
        <span className="faces">
          {some.map((friend) => (
            <Avatar key={friend.id} user={friend} />
          ))}
        </span>
      )}
      <p>
        {found.length > 0 ? found.join(' · ') : t('ties.none')}
        {names.length > 0 && <small dir="auto">{t('ties.whom', { whom })}</small>}
        {a.joinedAt && <small className={age ? 'young' : undefined}>{age ?? t('ties.since', { at: times.month(a.joinedAt) })}</small>}
      </p>
    </div>
  );
}
