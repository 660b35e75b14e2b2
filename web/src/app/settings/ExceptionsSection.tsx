import { useT } from '../../i18n/i18n';
import { useActions } from '../hooks';
import { PeopleList } from './PeopleList';

/** Who goes before the setting, either way. */
export function ExceptionsSection() {
  const t = useT();
  const actions = useActions();
  const shared = {
    empty: t('exceptions.empty'),
    act: t('exceptions.remove'),
    actNamed: (name: string) => t('exceptions.removeNamed', { name }),
  };
  return (
    <>
      <p className="soft">{t('exceptions.intro')}</p>
      {(['ALWAYS', 'NEVER'] as const).map((list) => (
        <div key={list} className="listed">
          <h3>{t(`exceptions.${list}`)}</h3>
          <PeopleList
            {...shared}
            load={(paging) => actions.listed(list, { ...paging, first: 50 })}
            run={(person) => actions.setListed(person.id, null)}
          />
        </div>
      ))}
      <div className="listed">
        <h3>{t('exceptions.restricted')}</h3>
        <PeopleList
          {...shared}
          load={(paging) => actions.restricted({ ...paging, first: 50 })}
          run={(person) => actions.unrestrict(person.id)}
        />
      </div>
    </>
  );
}
