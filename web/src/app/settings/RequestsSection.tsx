import type { Settings } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { useActions } from '../hooks';
import { Switch } from '../Switch';
import { Shield } from './Shield';
import { useChoice } from './useChoice';

/** How much of a request shows before it is accepted, and the shield against floods of them. */
export function RequestsSection({ settings }: { settings: Settings }) {
  const t = useT();
  const actions = useActions();
  const [links, chooseLinks] = useChoice(settings.requestLinks, (on) => actions.setRequestLinks(on));
  const [previews, choosePreviews] = useChoice(settings.requestPreviews, (on) => actions.setRequestPreviews(on));
  return (
    <>
      <p className="soft">{t('requestLinks.intro')}</p>
      <Switch
        label={t('requestPreviews.label')}
        hint={t('requestPreviews.hint')}
        on={previews}
        change={choosePreviews}
      />
      <Switch label={t('requestLinks.label')} hint={t('requestLinks.hint')} on={links} change={chooseLinks} />
      <Shield since={settings.shieldSince} />
    </>
  );
}
