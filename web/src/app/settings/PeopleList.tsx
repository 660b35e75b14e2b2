import type { Page, Paging, Person } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { Avatar } from '../Avatar';
import { useAttempt } from '../hooks';
import { nameOf } from '../labels';
import { usePages } from './usePages';

interface Props {
  load(paging: Paging): Promise<Page<Person>>;
  empty: string;
  /** The text of the button at each person; actNamed is the text that names the person. */
  act: string;
  actNamed(name: string): string;
  run(person: Person): Promise<unknown>;
  done?(person: Person): void;
  /** Read anew when it changes. */
  version?: unknown;
}

/** People on one of the viewer's lists, with the way off it. */
export function PeopleList({ load, empty, act, actNamed, run, done, version }: Props) {
  const t = useT();
  const attempt = useAttempt();
  const { items: people, setItems: setPeople, more } = usePages(load, version);

  const take = async (person: Person) => {
    if (!(await attempt(run(person)))) return;
    setPeople((before) => before.filter((p) => p.id !== person.id));
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
              <span dir="auto">{nameOf(person, t)}</span> <small dir="ltr">@{person.handle}</small>
            </span>
            <button onClick={() => take(person)} aria-label={actNamed(nameOf(person, t))}>
              {act}
            </button>
          </li>
        ))}
      </ul>
      {more && <button onClick={more}>{t('list.more')}</button>}
    </>
  );
}
