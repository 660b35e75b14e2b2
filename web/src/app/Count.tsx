import { useLocale } from '../i18n/i18n';

/** The number of unread messages or conversations, at most "99+"; nothing for zero. */
export function Count({ of }: { of: number }) {
  const { t, tag } = useLocale();
  if (of === 0) return null;
  return (
    <span className="count">
      <span aria-hidden="true">{of > 99 ? `${(99).toLocaleString(tag)}+` : of.toLocaleString(tag)}</span>
      <span className="hidden-text">{t('list.unread', { count: of })}</span>
    </span>
  );
}
