import type { Audience, Relation, Route, Settings } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { useActions, useAttempt, useNotify } from '../hooks';
import { Link } from '../Link';
import { ForwardIcon } from '../icons';
import { settingsPath, type SettingsSection } from '../route';
import { useTimes } from '../time';
import { audienceName, audiences } from '../labels';
import { CustomGrid } from './CustomGrid';
import { Reach, useReach } from './Reach';
import { useChoice } from './useChoice';
import { ViewAs } from './ViewAs';

// Enough to tell each answer from every other.
const examples = ['KNOWN', 'FRIEND', 'SUGGESTED', 'FOLLOWER', 'STRANGER'] as const satisfies Relation[];

/** The choice, with what each answer means for a friend, a follower, a stranger beside it. */
export function AudienceSection({ settings }: { settings: Settings }) {
  const t = useT();
  const times = useTimes();
  const actions = useActions();
  const attempt = useAttempt();
  const notify = useNotify();
  const [audience, choose] = useChoice(settings.whoCanMessageMe, (a) => actions.setWhoCanMessageMe(a));

  const reach = useReach(settings);

  const change = async (to: Audience) => {
    const { whoCanMessageMe: from, routes } = settings;
    if (!(await choose(to))) return;
    // Undoing is a change like any other, so the history has both.
    const undo = () => {
      notify(null);
      void attempt(actions.setWhoCanMessageMe(from, from === 'CUSTOM' ? routes : undefined));
    };
    notify({ done: t('settings.now', { audience: audienceName(t, to) }), undo });
  };
  return (
    <>
      <p className="soft">{t('settings.audienceIntro')}</p>
      <fieldset className="audiences">
        <legend className="hidden-text">{t('settings.audience')}</legend>
        <div className="columns" aria-hidden="true">
          {examples.map((relation) => (
            <span key={relation}>{t(`example.${relation}`)}</span>
          ))}
        </div>
        {audiences.map((a) => {
          const lets = reach?.get(a);
          const routeFor = (relation: Relation) => lets?.routes.find((r) => r.relation === relation)?.route;
          return (
            <label key={a}>
              <input type="radio" name="audience" checked={a === audience} onChange={() => change(a)} />
              <span className="name">{audienceName(t, a)}</span>
              <span className="meaning">
                {t(`audienceMeaning.${a}`)}
                {lets && <Reach of={lets} />}
              </span>
              <span className="outcomes">
                {examples.map((relation) => {
                  const route = routeFor(relation);
                  return route && <Outcome key={relation} relation={relation} route={route} />;
                })}
              </span>
            </label>
          );
        })}
      </fieldset>
      {audience === 'CUSTOM' && <CustomGrid settings={settings} />}
      <p className="soft">{t('settings.audienceNote')}</p>
      {settings.changedAt && (
        <p className="soft">
          {t('settings.changedAt', { at: times.full(settings.changedAt) })}{' '}
          <Link className="inline" to={settingsPath('history')}>
            {t('settings.history')}
          </Link>
        </p>
      )}
      <ViewAs settings={settings} />
      <Also settings={settings} />
    </>
  );
}

/** The other settings that decide who gets in and how, each with its current state. */
function Also({ settings }: { settings: Settings }) {
  const t = useT();
  const all = settings.kinds.every((k) => k.kinds.length === 3);
  const stands: [SettingsSection, string][] = [
    ['kinds', t(all ? 'otherRules.allKinds' : 'otherRules.someKinds')],
    ['requests', t(settings.requestPreviews ? 'otherRules.previewsOn' : 'otherRules.previewsOff')],
    ['words', t('otherRules.words')],
    ['exceptions', t('otherRules.exceptions')],
  ];
  return (
    <section aria-label={t('otherRules.title')}>
      <h3>{t('otherRules.title')}</h3>
      <ul className="other-rules">
        {stands.map(([section, state]) => (
          <li key={section}>
            <Link to={settingsPath(section)}>
              <b>{t(`settings.${section}`)}</b>
              <small>{state}</small>
              <ForwardIcon />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Outcome({ relation, route }: { relation: (typeof examples)[number]; route: Route }) {
  const t = useT();
  return (
    <span className={`route ${route.toLowerCase()}`}>
      <span className="of">{t('audience.example', { from: t(`example.${relation}`) })} </span>
      {t(`route.${route}`)}
    </span>
  );
}
