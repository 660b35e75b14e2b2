import type { Explanation, PolicyRule, Settings, User } from '@aparte/client';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useLocale, useT } from '../../i18n/i18n';
import { Avatar } from '../Avatar';
import { useActions, useAsk } from '../hooks';
import { SearchIcon } from '../icons';
import { Link } from '../Link';
import { folderPath, settingsPath } from '../route';
import { useTimes } from '../time';
import { nameOf } from '../labels';
import { examples, routeOf, type Example } from './preview';
import { explanationText } from './explanationText';

// The search brings a library along that nothing else here needs.
const PersonSearch = lazy(() => import('../PersonSearch').then((m) => ({ default: m.PersonSearch })));

/** Where each rule can be changed. */
const places: Partial<Record<PolicyRule, string>> = {
  BLOCK: settingsPath('blocked'),
  NEVER: settingsPath('exceptions'),
  ALWAYS: settingsPath('exceptions'),
  RESTRICTION: settingsPath('exceptions'),
  REQUEST_FULL: folderPath('REQUESTS'),
  HELD: settingsPath('words'),
  SHIELD: settingsPath('requests'),
};

/**
 * The setting with another's eyes: what would become of their message now, by which rule, and what
 * they are to the viewer.
 */
export function ViewAs({ settings }: { settings: Settings }) {
  const t = useT();
  const [example, setExample] = useState<Example>('STRANGER');
  const [person, setPerson] = useState<User | null>(null);
  const [searching, setSearching] = useState(false);
  const explained = useExplanation(person, example, settings);
  return (
    <section className="view-as" aria-label={t('viewAs.title')}>
      <h3>{t('viewAs.title')}</h3>
      <p className="soft">{t('viewAs.intro')}</p>
      <div className="segments" role="group" aria-label={t('viewAs.who')}>
        {examples.map((e) => (
          <button
            key={e}
            aria-pressed={!person && e === example}
            onClick={() => {
              setPerson(null);
              setExample(e);
            }}
          >
            {t(`viewAs.${e}`)}
          </button>
        ))}
        <button aria-pressed={person !== null} aria-haspopup="dialog" onClick={() => setSearching(true)}>
          <SearchIcon />
          <span dir="auto">{person ? nameOf(person, t) : t('viewAs.choose')}</span>
        </button>
      </div>
      <div className="verdict" aria-live="polite" aria-busy={!explained}>
        {explained === 'gone' ? (
          <p className="soft">{t('conversation.missing')}</p>
        ) : explained ? (
          <Verdict
            who={explained.user ? nameOf(explained.user, t) : t(`viewAs.a.${example}`)}
            person={explained.user}
            explained={explained}
            settings={settings}
          />
        ) : (
          <p className="soft">{t('list.loading')}</p>
        )}
      </div>
      <Suspense>
        {searching && <PersonSearch title={t('viewAs.choose')} close={() => setSearching(false)} pick={setPerson} />}
      </Suspense>
    </section>
  );
}

/**
 * The server's explanation for a person, or for anyone of the relation `example` where person is
 * null. It is requested again after every change of the settings, on this device or another; null
 * until it has arrived.
 */
function useExplanation(person: User | null, example: Example, settings: Settings): Explanation | 'gone' | null {
  const actions = useActions();
  const ask = useAsk();
  const [answer, setAnswer] = useState<{ about: string; explained: Explanation | 'gone' } | null>(null);
  const id = person?.id;
  const about = id ?? example;
  useEffect(() => {
    const abort = new AbortController();
    const question = id ? actions.explain(id, abort.signal) : actions.explainRelation(example, abort.signal);
    void ask(
      question.then(
        (found) => setAnswer({ about, explained: found ?? 'gone' }),
        (error) => abort.signal.aborted || Promise.reject(error),
      ),
    );
    return () => abort.abort();
  }, [about, actions, ask, example, id, settings]);
  return answer?.about === about ? answer.explained : null;
}

interface VerdictProps {
  who: string;
  person: User | null;
  explained: Explanation;
  settings: Settings;
}

function Verdict({ who, person, explained, settings }: VerdictProps) {
  const locale = useLocale();
  const { t, tag } = locale;
  const times = useTimes();
  const and = new Intl.ListFormat(tag, { type: 'conjunction' });
  const capital = (text: string) => text.charAt(0).toLocaleUpperCase(tag) + text.slice(1);
  const place = places[explained.rule];
  const { kinds } = explained;
  const friend = explained.relations.includes('FRIEND');
  // A friend both follows and is followed: to say so three times explains nothing.
  const ties = explained.relations.filter((r) => !friend || (r !== 'FOLLOWED' && r !== 'FOLLOWER'));
  return (
    <>
      <p className="lead">
        {person && <Avatar user={person} />}
        <span className={`outcome ${explained.route.toLowerCase()}`}>{t(`verdict.${explained.route}`, { who })}</span>
      </p>
      <dl>
        <dt>{t('viewAs.why')}</dt>
        <dd>
          {explanationText(locale, times, explained)}{' '}
          {place && (
            <Link className="inline" to={place}>
              {t('viewAs.change')}
            </Link>
          )}
        </dd>
        <dt>{t('viewAs.ties')}</dt>
        <dd>
          <ul>
            {ties.map((relation) => (
              <li key={relation}>
                {t(`relationTo.${relation}`)}
                {explained.rule === 'AUDIENCE' && (
                  <span className={`route ${routeOf(relation, settings).toLowerCase()}`}>
                    {t(`route.${routeOf(relation, settings)}`)}
                  </span>
                )}
              </li>
            ))}
          </ul>
          {explained.rule === 'AUDIENCE' && ties.length > 1 && <small>{t('viewAs.best')}</small>}
        </dd>
        {kinds.length > 0 && (
          <>
            <dt>{t('viewAs.kinds')}</dt>
            <dd>
              {capital(and.format(kinds.map((kind) => t(`kind.${kind}`))))}.{' '}
              <Link className="inline" to={settingsPath('kinds')}>
                {t('viewAs.change')}
              </Link>
            </dd>
          </>
        )}
      </dl>
    </>
  );
}
