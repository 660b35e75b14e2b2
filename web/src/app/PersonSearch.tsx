import { Combobox, ComboboxItem, ComboboxList, ComboboxProvider } from '@ariakit/react/combobox';
import { useEffect, useState, type ReactNode } from 'react';
import type { Person } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Avatar } from './Avatar';
import { Dialog } from './Dialog';
import { useActions, useMe } from './hooks';
import { nameOf } from './labels';

interface Props {
  title: string;
  close(): void;
  pick(person: Person): void;
  /** The text under each name. */
  under?(person: Person): ReactNode;
}

/** Finds a person: those whom the app suggests at first, then by name. */
export function PersonSearch({ title, close, pick, under }: Props) {
  const t = useT();
  const actions = useActions();
  const me = useMe()?.id;
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<{ query: string; people: readonly Person[] } | null>(null);
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
  const chosen = (person: Person) => {
    close();
    pick(person);
  };
  return (
    <Dialog title={title} close={close}>
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
                onClick={() => chosen(person)}
              >
                <Avatar user={person} />
                <span className="who">
                  <span dir="auto">{nameOf(person, t)}</span> <small dir="ltr">@{person.handle}</small>
                </span>
                {under?.(person)}
              </ComboboxItem>
            ))}
          </ComboboxList>
        </div>
      </ComboboxProvider>
    </Dialog>
  );
}
