import { useT } from '../../i18n/i18n';
import { useActions, useTell } from '../hooks';
import { nameOf } from '../words';
import { PeopleList } from './PeopleList';

/** Whom one has blocked, with the way back. */
export function BlockedSection() {
  const t = useT();
  const actions = useActions();
  const tell = useTell();
  return (
    <>
      <p className="soft">{t('blocked.intro')}</p>
      <PeopleList
        load={(paging) => actions.blocked({ ...paging, first: 50 })}
        empty={t('blocked.empty')}
        act={t('menu.unblock')}
        actNamed={(name) => t('blocked.unblock', { name })}
        run={(person) => actions.unblock(person.id)}
        done={(person) => tell({ done: t('blocked.done', { name: nameOf(person, t) }) })}
      />
    </>
  );
}
