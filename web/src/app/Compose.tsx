import { useEffect, useState, type KeyboardEvent } from 'react';
import type { Standing } from '../api/types';
import { Avatar } from './Avatar';
import { useInboxState, useSession } from './hooks';
import { Dialog } from './Dialog';
import { navigate, personPath } from './route';
import { nameOf, permissionText } from './words';

/** Finds someone to write to, and says beforehand what would become of the message. */
export function Compose({ close }: { close(): void }) {
  const { inbox } = useSession();
  const me = useInboxState().me?.id;
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<{ query: string; people: Standing[] } | null>(null);

  useEffect(() => {
    const abort = new AbortController();
    inbox.search(query, abort.signal).then(
      (people) => setFound({ query, people }),
      () => undefined, // overtaken by the next key, or away: typing on tries again
    );
    return () => abort.abort();
  }, [inbox, query]);

  const people = found?.people.filter((p) => p.id !== me) ?? [];
  const open = (person: Standing) => {
    close();
    navigate(personPath(person.id));
  };
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, li button')];
    stops[stops.indexOf(document.activeElement as HTMLElement) + step]?.focus();
  };
  return (
    <Dialog title="New message" close={close}>
      <div className="compose" onKeyDown={onKey}>
        <input
          // type="search" would let Escape empty the field instead of closing the dialog.
          role="searchbox"
          enterKeyHint="search"
          placeholder="Search for a name or @handle"
          aria-label="Search people"
          data-first
          maxLength={64}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && found?.query === query && people[0] && open(people[0])}
        />
        {found && (
          <>
            <h3>{found.query.trim() === '' ? 'Suggested friends' : 'People'}</h3>
            {people.length === 0 && (
              <p className="quiet">{found.query.trim() === '' ? 'No suggestions yet.' : 'Nobody by that name.'}</p>
            )}
            <ul>
              {people.map((person) => (
                <li key={person.id}>
                  <button onClick={() => open(person)}>
                    <Avatar user={person} />
                    <span className="who">
                      {nameOf(person)} <small>@{person.handle}</small>
                    </span>
                    <span className={person.viewerCanMessage.allowed ? 'outcome' : 'outcome closed'}>
                      {permissionText(person.viewerCanMessage, person)}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Dialog>
  );
}
