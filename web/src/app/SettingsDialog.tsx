import { useState } from 'react';
import type { Relation, Route, Settings } from '../api/types';
import { useSession } from './hooks';
import { Dialog } from './Dialog';
import { audiences, relationNames, routeNames } from './words';

/** There is nothing to save: a choice holds once the server has it, and goes back when it is refused. */
export function SettingsDialog({ settings, close }: { settings: Settings; close(): void }) {
  const { inbox } = useSession();
  const [audience, choose] = useChoice(settings.whoCanMessageMe, (a) => inbox.setWhoCanMessageMe(a));
  const [receipts, setReceipts] = useChoice(settings.readReceipts, (on) => inbox.setReadReceipts(on));
  return (
    <Dialog title="Who can message me" close={close}>
      <fieldset className="audiences">
        <legend className="hidden-text">Who can message me</legend>
        {audiences.map((a) => (
          <label key={a.audience}>
            <input
              type="radio"
              name="audience"
              data-first={a.audience === audience ? '' : undefined}
              checked={a.audience === audience}
              onChange={() => choose(a.audience)}
            />
            <span className="name">{a.name}</span>
            <span className="meaning">{a.meaning}</span>
          </label>
        ))}
      </fieldset>
      {audience === 'CUSTOM' && (
        <div className="routes">
          {(Object.keys(relationNames) as Relation[]).map((relation) => (
            <RouteChoice key={relation} settings={settings} relation={relation} />
          ))}
        </div>
      )}
      <label className="receipts">
        <input type="checkbox" checked={receipts} onChange={(event) => setReceipts(event.target.checked)} />
        Read receipts: others see what I have read, and I see what they have.
      </label>
      <p className="quiet">
        Who answers you is always welcome, except under “No one”. People are never told what you have chosen.
      </p>
    </Dialog>
  );
}

function RouteChoice({ settings, relation }: { settings: Settings; relation: Relation }) {
  const { inbox } = useSession();
  const settled = settings.routes.find((r) => r.relation === relation)?.route ?? 'REFUSE';
  const [route, choose] = useChoice<Route>(settled, (to) =>
    inbox.setWhoCanMessageMe('CUSTOM', [{ relation, route: to }]),
  );
  return (
    <label>
      {relationNames[relation]}
      <select value={route} onChange={(event) => choose(event.target.value as Route)}>
        {(Object.keys(routeNames) as Route[]).map((r) => (
          <option key={r} value={r}>
            {routeNames[r]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is chosen, shown while the server is being told. */
function useChoice<T>(settled: T, change: (value: T) => Promise<void>): [T, (value: T) => void] {
  const { attempt } = useSession();
  const [pending, setPending] = useState<{ value: T } | null>(null);
  const choose = (value: T) => {
    const mine = { value };
    setPending(mine);
    attempt(change(value).finally(() => setPending((now) => (now === mine ? null : now))));
  };
  return [pending ? pending.value : settled, choose];
}
