import { Fragment } from 'react';
import { useT } from '../i18n/i18n';
import { Dialog } from './Dialog';
import { setPreferences, usePreferences } from './preferences';
import { shortcuts } from './shortcuts';
import { Switch } from './Switch';

export default function Help({ close }: { close(): void }) {
  const t = useT();
  const preferences = usePreferences();
  return (
    <Dialog title={t('help.title')} close={close}>
      <dl className="keys">
        {shortcuts.map(({ keys, means }) => (
          <Fragment key={means}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(means)}</dd>
          </Fragment>
        ))}
      </dl>
      <Switch
        label={t('help.singleKeys')}
        hint={t('help.singleKeysHint')}
        on={preferences.shortcuts}
        change={(on) => setPreferences({ shortcuts: on })}
      />
    </Dialog>
  );
}
