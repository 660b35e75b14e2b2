import { useT } from '../i18n/i18n';
import { InboxIcon } from './icons';

export function NoConversation({ compose }: { compose(): void }) {
  const t = useT();
  return (
    <section className="no-conversation" aria-label={t('conversation.none')}>
      <div className="blank">
        <InboxIcon />
        <p className="lead">{t('conversation.none')}</p>
        <p className="soft">{t('conversation.noneHint')}</p>
        <button onClick={compose}>{t('compose.title')}</button>
      </div>
    </section>
  );
}
