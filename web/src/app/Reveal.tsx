import { useT } from '../i18n/i18n';
import { HiddenIcon } from './icons';

/** Shows content that the user's settings hide when the user asks for it, each time anew. */
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
