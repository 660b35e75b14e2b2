import type { Folder } from '@aparte/client';
import { useT } from '../i18n/i18n';
import type { Identity } from '../identity';
import { useConversationWith } from './hooks';
import { playgroundHref, queryOf } from './queries';
import type { Route } from './route';

/** Only in `aparte dev`: whom to be, and what is behind the screen. */
export default function DevBar({ identity, route, folder }: { identity: Identity; route: Route; folder: Folder }) {
  const t = useT();
  const conversation = useConversationWith(route.person);
  const framed = window.parent !== window;
  return (
    <aside className="dev-bar" aria-label={t('dev.label')}>
      <label>
        <span>{t('dev.youAre')}</span>
        <select aria-label={t('dev.youAre')} value={identity.person?.handle} onChange={(event) => identity.choose(event.target.value)}>
          {identity.people!.map((p) => (
            <option key={p.handle} value={p.handle}>
              {p.displayName}
            </option>
          ))}
        </select>
      </label>
      <a href={playgroundHref(identity.person?.handle, queryOf(route, folder, conversation?.id))} target="_blank">
        {t('dev.query')}
      </a>
      {!framed && (
        <>
          <a href={playgroundHref(identity.person?.handle)} className="wide-only">
            {t('dev.playground')}
          </a>
          <a href="/demo">{t('dev.demo')}</a>
        </>
      )}
    </aside>
  );
}
