import type { Settings } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { useActions } from '../hooks';
import { Switch } from '../Switch';
import { useChoice } from './useChoice';

export function RequestsSection({ settings }: { settings: Settings }) {
  const t = useT();
  const actions = useActions();
  const [on, choose] = useChoice(settings.requestLinks, (value) => actions.setRequestLinks(value));
  return (
    <>
      <p className="soft">{t('requestLinks.intro')}</p>
      <Switch label={t('requestLinks.label')} hint={t('requestLinks.hint')} on={on} change={choose} />
    </>
  );
}
