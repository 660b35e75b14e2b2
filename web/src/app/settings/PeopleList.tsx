import type { Page, Paging, Standing } from '@aparte/client';
import { useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n';
import { Avatar } from '../Avatar';
import { useAttempt } from '../hooks';
import { nameOf } from '../words';

interface Props {
  load(paging: Paging): Promise<Page<Standing>>;
  empty: string;
  /** What the button at each person says, and says of whom. */
  act: string;
  actNamed(name: string): string;
  run(person: Standing): Promise<unknown>;
  done?(person: Standing): void;
}

/** People on one of the viewer's lists, with the way off it. */
export function PeopleList({ load, empty, act, actNamed, run, done }: Props) {
  const t = useT();
  const attempt = useAttempt();
  const [people, setPeople] = useState<Standing[] | null>(null);
  const [next, setNext] = useState<string | null>(null);

  const read = (after: string | null, signal?: AbortSignal) =>
    load({ after, signal }).then(
      (page) => {
        setPeople((before) => [...(after ? (before ?? []) : []), ...page.nodes]);
        setNext(page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null);
      },
      (error) => signal?.aborted || Promise.reject(error),
    );
  useEffect(() => {
    const abort = new AbortController();
    void attempt(read(null, abort.signal));
    return () => abort.abort();
  }, []);

  const take = async (person: Standing) => {
    if (!(await attempt(run(person)))) return;
    setPeople((before) => before!.filter((p) => p.id !== person.id));
    done?.(person);
  };
  if (!people) {
    return (
      <p className="soft" aria-busy="true">
        {t('list.loading')}
      </p>
    );
  }
  if (people.length === 0) return <p className="soft">{empty}</p>;
  return (
    <>
      <ul className="people">
        {people.map((person) => (
          <li key={person.id}>
            <Avatar user={person} />
            <span className="who">
              <span dir="auto">{nameOf(person, t)}</span> <small>@{person.handle}</small>
            </span>
            <button onClick={() => take(person)} aria-label={actNamed(nameOf(person, t))}>
              {act}
            </button>
          </li>
        ))}
      </ul>
      {next && <button onClick={() => attempt(read(next))}>{t('list.more')}</button>}
    </>
  );
}
