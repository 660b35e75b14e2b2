import { useT } from '../i18n/i18n';
import { DoorIcon } from './icons';

/** What someone's settings keep out of sight is shown when they ask for it, each time anew. */
export function Door({ open }: { open(): void }) {
  const t = useT();
  return (
    <div className="blank">
      <DoorIcon />
      <p className="lead">{t('door.title')}</p>
      <p className="soft">{t('door.text')}</p>
      <button onClick={open}>{t('door.open')}</button>
    </div>
  );
}
