import { useT } from '../i18n/i18n';
import { HiddenIcon } from './icons';

/** What someone's settings keep out of sight is shown when they ask for it, each time anew. */
export function Reveal({ open }: { open(): void }) {
  const t = useT();
  return (
    <div className="blank">
      <HiddenIcon />
      <p className="lead">{t('reveal.title')}</p>
      <p className="soft">{t('reveal.text')}</p>
      <button onClick={open}>{t('reveal.open')}</button>
    </div>
  );
}
