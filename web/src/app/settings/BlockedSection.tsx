import { useEffect, useState } from 'react';
import type { Standing } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { Avatar } from '../Avatar';
import { useActions, useAttempt, useTell } from '../hooks';
import { nameOf } from '../words';

/** Whom one has blocked, with the way back. */
export function BlockedSection() {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const tell = useTell();
  const [people, setPeople] = useState<Standing[] | null>(null);
  const [next, setNext] = useState<string | null>(null);

  const load = (after: string | null, signal: AbortSignal) =>
    actions.blocked({ after, signal }).then(
      (page) => {
        setPeople((before) => [...(after ? (before ?? []) : []), ...page.nodes]);
        setNext(page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null);
      },
      (error) => signal.aborted || Promise.reject(error),
    );
  useEffect(() => {
    const abort = new AbortController();
    void attempt(load(null, abort.signal));
    return () => abort.abort();
  }, [actions, attempt]);

  const unblock = async (person: Standing) => {
    if (!(await attempt(actions.unblock(person.id)))) return;
    setPeople((before) => before!.filter((p) => p.id !== person.id));
    tell({ done: t('blocked.done', { name: nameOf(person, t) }) });
  };
  return (
    <>
      <p className="soft">{t('blocked.intro')}</p>
      {!people ? (
        <p className="soft" aria-busy="true">
          {t('list.loading')}
        </p>
      ) : people.length === 0 ? (
        <p className="soft">{t('blocked.empty')}</p>
      ) : (
        <ul className="people">
          {people.map((person) => (
            <li key={person.id}>
              <Avatar user={person} />
              <span className="who">
                <span dir="auto">{nameOf(person, t)}</span> <small>@{person.handle}</small>
              </span>
              <button onClick={() => unblock(person)} aria-label={t('blocked.unblock', { name: nameOf(person, t) })}>
                {t('menu.unblock')}
              </button>
            </li>
          ))}
        </ul>
      )}
      {next && (
        <button onClick={() => attempt(load(next, new AbortController().signal))}>{t('list.more')}</button>
      )}
    </>
  );
}
