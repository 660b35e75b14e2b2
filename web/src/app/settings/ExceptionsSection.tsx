import type { NamedList, Person } from '@aparte/client';
import { useState } from 'react';
import { useT } from '../../i18n/i18n';
import { useActions, useAttempt } from '../hooks';
import { AddPerson } from './AddPerson';
import { PeopleList } from './PeopleList';

/** The people who are exempt from the setting, either way. */
export function ExceptionsSection() {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  // A person who is put on one of the two lists leaves the other.
  const [changed, setChanged] = useState(0);
  const then = (work: Promise<unknown>) => void attempt(work).then((worked) => worked && setChanged((n) => n + 1));
  const shared = {
    empty: t('exceptions.empty'),
    act: t('exceptions.remove'),
    actNamed: (name: string) => t('exceptions.removeNamed', { name }),
    version: changed,
  };
  const lists: NamedList[] = ['ALWAYS', 'NEVER'];
  return (
    <>
      <p className="soft">{t('exceptions.intro')}</p>
      {lists.map((list) => (
        <div key={list} className="listed">
          <h3>{t(`exceptions.${list}`)}</h3>
          <p className="soft">{t(`exceptionsHint.${list}`)}</p>
          <PeopleList
            {...shared}
            load={(paging) => actions.listed(list, { ...paging, first: 50 })}
            run={(person) => actions.setListed(person.id, null)}
          />
          <AddPerson
            label={t(`exceptionsAdd.${list}`)}
            pick={(person: Person) => then(actions.setListed(person.id, list))}
          />
        </div>
      ))}
      <div className="listed">
        <h3>{t('exceptions.restricted')}</h3>
        <p className="soft">{t('exceptionsHint.restricted')}</p>
        <PeopleList
          {...shared}
          load={(paging) => actions.restricted({ ...paging, first: 50 })}
          run={(person) => actions.unrestrict(person.id)}
        />
        <AddPerson
          label={t('exceptionsAdd.restricted')}
          pick={(person: Person) => then(actions.restrict(person.id))}
        />
      </div>
    </>
  );
}
