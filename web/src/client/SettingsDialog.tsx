import type { Relation, Route, Settings } from '../api/types';
import { useSession } from './context';
import { Dialog } from './Dialog';
import { audiences, relationNames, routeNames } from './words';

/** A choice holds as soon as it is made. */
export function SettingsDialog({ settings, close }: { settings: Settings; close(): void }) {
  const { inbox, attempt } = useSession();
  const chosen = settings.whoCanMessageMe;
  return (
    <Dialog title="Who can message me" close={close}>
      <fieldset className="audiences">
        <legend className="hidden-text">Who can message me</legend>
        {audiences.map(({ audience, name, meaning }) => (
          <label key={audience}>
            <input
              type="radio"
              name="audience"
              data-first={audience === chosen ? '' : undefined}
              checked={audience === chosen}
              onChange={() => attempt(inbox.setWhoCanMessageMe(audience))}
            />
            <span className="name">{name}</span>
            <span className="meaning">{meaning}</span>
          </label>
        ))}
      </fieldset>
      {chosen === 'CUSTOM' && <Routes settings={settings} />}
      <label className="receipts">
        <input
          type="checkbox"
          checked={settings.readReceipts}
          onChange={(event) => attempt(inbox.setReadReceipts(event.target.checked))}
        />
        Read receipts: others see what I have read, and I see what they have.
      </label>
      <p className="quiet">
        Who answers you is always welcome, except under “No one”. People are never told what you have chosen.
      </p>
    </Dialog>
  );
}

function Routes({ settings }: { settings: Settings }) {
  const { inbox, attempt } = useSession();
  const routeOf = (relation: Relation) => settings.routes.find((r) => r.relation === relation)?.route ?? 'REFUSE';
  const set = (relation: Relation, route: Route) => attempt(inbox.setWhoCanMessageMe('CUSTOM', [{ relation, route }]));
  return (
    <div className="routes">
      {(Object.keys(relationNames) as Relation[]).map((relation) => (
        <label key={relation}>
          {relationNames[relation]}
          <select value={routeOf(relation)} onChange={(event) => set(relation, event.target.value as Route)}>
            {(Object.keys(routeNames) as Route[]).map((route) => (
              <option key={route} value={route}>
                {routeNames[route]}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}
