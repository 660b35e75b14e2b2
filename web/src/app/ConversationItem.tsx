import { memo } from 'react';
import type { Conversation } from '@aparte/client';
import { useLocale } from '../i18n/i18n';
import { Avatar } from './Avatar';
import { Count } from './Count';
import { useDraft } from './drafts';
import { useMe, useTyping } from './hooks';
import { CodeIcon, MutedIcon } from './icons';
import { Link } from './Link';
import { personPath } from './route';
import { useTimes } from './time';
import { lastLine, nameOf } from './labels';

interface Props {
  conversation: Conversation;
  open: boolean;
  tabIndex: number;
  focused(userId: string): void;
}

export const ConversationItem = memo(function ConversationItem({ conversation: c, open, tabIndex, focused }: Props) {
  const locale = useLocale();
  const { t } = locale;
  const times = useTimes();
  const me = useMe()?.id;
  const [draft] = useDraft(c.with.id);
  const typing = useTyping(c.with.id);
  return (
    <Link
      to={personPath(c.with.id)}
      className={c.unreadCount > 0 ? 'item unread' : 'item'}
      aria-current={open ? 'true' : undefined}
      data-conversation={c.id}
      tabIndex={tabIndex}
      onFocus={() => focused(c.with.id)}
    >
      <Avatar user={c.with} />
      <span className="who" dir="auto">
        {nameOf(c.with, t)}
      </span>
      {(c.muted || c.contactCodeRedemption) && (
        <span className="marks">
          {c.contactCodeRedemption && (
            <span role="img" aria-label={t('codes.cameBy', { label: c.contactCodeRedemption.label })} title={c.contactCodeRedemption.label}>
              <CodeIcon />
            </span>
          )}
          {c.muted && (
            <span role="img" aria-label={t('list.muted')}>
              <MutedIcon />
            </span>
          )}
        </span>
      )}
      <time dateTime={c.lastActivityAt}>{times.brief(c.lastActivityAt)}</time>
      <span className={c.lastMessage?.withheld ? 'last context' : 'last'} dir="auto">
        {typing ? (
          <em>{t('conversation.typing')}</em>
        ) : draft && !open ? (
          <>
            <em>{t('list.draft')}</em> {draft}
          </>
        ) : (
          lastLine(locale, c, me)
        )}
      </span>
      <Count of={c.unreadCount} />
    </Link>
  );
});
