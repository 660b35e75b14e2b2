import type { Relation, Route, Settings } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { useActions } from '../hooks';
import { relations, routes } from '../labels';
import { useChoice } from './useChoice';

/** One's own answer for each kind of person. */
export function CustomGrid({ settings }: { settings: Settings }) {
  const t = useT();
  return (
    <fieldset className="grid">
      <legend>{t('settings.grid')}</legend>
      {relations.map((relation) => (
        <RouteChoice key={relation} settings={settings} relation={relation} />
      ))}
    </fieldset>
  );
}

function RouteChoice({ settings, relation }: { settings: Settings; relation: Relation }) {
  const t = useT();
  const actions = useActions();
  const settled = settings.routes.find((r) => r.relation === relation)?.route ?? 'REFUSE';
  const [route, choose] = useChoice<Route>(settled, (to) =>
    actions.setWhoCanMessageMe('CUSTOM', [{ relation, route: to }]),
  );
  return (
    <label>
      <span>{t(`relation.${relation}`)}</span>
      <select value={route} onChange={(event) => choose(event.target.value as Route)}>
        {routes.map((r) => (
          <option key={r} value={r}>
            {t(`routeLong.${r}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
