import { Combobox, ComboboxItem, ComboboxList, ComboboxProvider } from '@ariakit/react/combobox';
import { useEffect, useState } from 'react';
import type { Standing } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Avatar } from './Avatar';
import { Dialog } from './Dialog';
import { useActions, useMe } from './hooks';
import { navigate, personPath } from './route';
import { nameOf, permissionText } from './words';

/** Finds someone to write to, and says beforehand what would become of the message. */
export default function Compose({ close }: { close(): void }) {
  const t = useT();
  const actions = useActions();
  const me = useMe()?.id;
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<{ query: string; people: readonly Standing[] } | null>(null);
  const [away, setAway] = useState(false);

  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    (query.trim() === '' ? actions.suggestions({ signal }) : actions.search(query, { signal })).then(
      ({ nodes: people }) => {
        setFound({ query, people });
        setAway(false);
      },
      () => !abort.signal.aborted && setAway(true),
    );
    return () => abort.abort();
  }, [actions, query]);

  const people = found?.people.filter((p) => p.id !== me) ?? [];
  const suggested = found?.query.trim() === '';
  const open = (id: string) => {
    close();
    navigate(personPath(id));
  };
  return (
    <Dialog title={t('compose.title')} close={close}>
      <ComboboxProvider open setValue={setQuery} focusLoop>
        <div className="compose">
          <Combobox
            autoSelect="always"
            className="search"
            placeholder={t('compose.placeholder')}
            aria-label={t('compose.search')}
            data-first=""
            maxLength={64}
          />
          <h3 aria-live="polite">
            {!found
              ? t(away ? 'list.unreachable' : 'list.loading')
              : people.length > 0
                ? t(suggested ? 'compose.suggested' : 'compose.people')
                : t(suggested ? 'compose.noSuggestions' : 'compose.nobody')}
          </h3>
          <ComboboxList alwaysVisible aria-label={t('compose.people')}>
            {people.map((person) => (
              <ComboboxItem
                key={person.id}
                className="person"
                value={person.id}
                setValueOnClick={false}
                hideOnClick={false}
                onClick={() => open(person.id)}
              >
                <Avatar user={person} />
                <span className="who">
                  <span dir="auto">{nameOf(person, t)}</span> <small>@{person.handle}</small>
                </span>
                <Outcome person={person} />
              </ComboboxItem>
            ))}
          </ComboboxList>
        </div>
      </ComboboxProvider>
    </Dialog>
  );
}

export function Outcome({ person }: { person: Standing }) {
  const t = useT();
  const { allowed, folder } = person.viewerCanMessage;
  const kind = !allowed ? 'closed' : folder === 'INBOX' ? 'inbox' : 'request';
  return <span className={`outcome ${kind}`}>{permissionText(t, person.viewerCanMessage, person)}</span>;
}
