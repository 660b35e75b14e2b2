import { useT } from '../i18n/i18n';
import { InboxIcon } from './icons';
import { folderPath, navigate } from './route';

/** The server knows of nothing at this address, and has said so: 404. */
export default function NotFound() {
  const t = useT();
  return (
    <section className="redeem" aria-label={t('notFound.title')}>
      <div className="blank">
        <InboxIcon />
        <h2 className="lead">{t('notFound.title')}</h2>
        <p className="soft">{t('notFound.hint')}</p>
        <button onClick={() => navigate(folderPath('INBOX'))}>{t('notFound.toInbox')}</button>
      </div>
    </section>
  );
}
