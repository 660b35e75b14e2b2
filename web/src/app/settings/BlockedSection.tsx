import type { Person } from '@aparte/client';
import { useState } from 'react';
import { useT } from '../../i18n/i18n';
import { Confirm } from '../Dialog';
import { useActions, useAttempt, useNotify } from '../hooks';
import { nameOf } from '../labels';
import { AddPerson } from './AddPerson';
import { PeopleList } from './PeopleList';

/** The people whom the user has blocked, with the way back. */
export function BlockedSection() {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const notify = useNotify();
  const [asking, setAsking] = useState<Person | null>(null);
  const [added, setAdded] = useState(0);
  return (
    <>
      <p className="soft">{t('blocked.intro')}</p>
      <PeopleList
        load={(paging) => actions.blocked({ ...paging, first: 50 })}
        empty={t('blocked.empty')}
        act={t('menu.unblock')}
        actNamed={(name) => t('blocked.unblock', { name })}
        run={(person) => actions.unblock(person.id)}
        done={(person) => notify({ done: t('blocked.done', { name: nameOf(person, t) }) })}
        version={added}
      />
      <AddPerson label={t('blocked.add')} pick={setAsking} />
      {asking && (
        <Confirm
          title={t('block.title', { name: nameOf(asking, t) })}
          text={t('block.text')}
          act={t('block.act', { name: nameOf(asking, t) })}
          run={() => void attempt(actions.block(asking.id)).then((worked) => worked && setAdded(added + 1))}
          close={() => setAsking(null)}
        />
      )}
    </>
  );
}
