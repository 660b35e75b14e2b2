import { useT } from '../i18n/i18n';
import { InboxIcon } from './icons';
import { folderPath, navigate } from './route';

/** The server knows of nothing at this address, and has said so: 404. */
export default function Nowhere() {
  const t = useT();
  return (
    <section className="redeem" aria-label={t('nowhere.title')}>
      <div className="blank">
        <InboxIcon />
        <h2 className="lead">{t('nowhere.title')}</h2>
        <p className="soft">{t('nowhere.hint')}</p>
        <button onClick={() => navigate(folderPath('INBOX'))}>{t('nowhere.toInbox')}</button>
      </div>
    </section>
  );
}
