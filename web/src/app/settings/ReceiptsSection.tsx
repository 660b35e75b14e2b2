import type { Settings } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { useActions } from '../hooks';
import { Switch } from '../Switch';
import { useChoice } from './useChoice';

export function ReceiptsSection({ settings }: { settings: Settings }) {
  const t = useT();
  const actions = useActions();
  const [on, choose] = useChoice(settings.readReceipts, (value) => actions.setReadReceipts(value));
  return <Switch label={t('receipts.label')} hint={t('receipts.hint')} on={on} change={choose} />;
}
