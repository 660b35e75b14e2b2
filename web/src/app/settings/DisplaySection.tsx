import { useContext } from 'react';
import { chosenLanguage, languages, LocaleContext, useT, type Language } from '../../i18n/i18n';
import { setPreferences, themes, usePreferences } from '../preferences';
import { Switch } from '../Switch';

/** The settings that only this browser knows. */
export function DisplaySection() {
  const t = useT();
  const { choose } = useContext(LocaleContext)!;
  const preferences = usePreferences();
  return (
    <>
      <p className="soft">{t('display.intro')}</p>
      <label className="field">
        <span>{t('display.language')}</span>
        <select
          value={chosenLanguage() ?? ''}
          onChange={(event) => choose((event.target.value || null) as Language | null)}
        >
          <option value="">{t('display.browserLanguage')}</option>
          {Object.entries(languages).map(([language, name]) => (
            <option key={language} value={language} lang={language}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="field">
        <legend>{t('display.theme')}</legend>
        <div className="segments">
          {themes.map((theme) => (
            <label key={theme}>
              <input
                type="radio"
                name="theme"
                checked={preferences.theme === theme}
                onChange={() => setPreferences({ theme })}
              />
              <span>{t(`theme.${theme}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Switch
        label={t('help.singleKeys')}
        hint={t('help.singleKeysHint')}
        on={preferences.shortcuts}
        change={(shortcuts) => setPreferences({ shortcuts })}
      />
    </>
  );
}
