import type { MessageKind, Relation, Settings } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { useActions } from '../hooks';
import { relations } from '../labels';
import { routeOf } from './preview';
import { useChoice } from './useChoice';

const kinds: MessageKind[] = ['TEXT', 'VIDEO', 'LINK'];

/** The kinds of content that each kind of person may send, beside any audience. */
export function KindsSection({ settings }: { settings: Settings }) {
  const t = useT();
  return (
    <>
      <p className="soft">{t('kinds.intro')}</p>
      <table className="kinds">
        <thead>
          <tr>
            <th scope="col">{t('kinds.from')}</th>
            {kinds.map((kind) => (
              <th key={kind} scope="col">
                {t(`kindHead.${kind}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {relations.map((relation) => (
            <KindsRow key={relation} settings={settings} relation={relation} />
          ))}
        </tbody>
      </table>
      <p className="soft">{t('kinds.note')}</p>
    </>
  );
}

function KindsRow({ settings, relation }: { settings: Settings; relation: Relation }) {
  const t = useT();
  const actions = useActions();
  const settled = settings.kinds.find((k) => k.relation === relation)?.kinds ?? kinds;
  const [accepted, choose] = useChoice<readonly MessageKind[]>(settled, (to) =>
    actions.setAcceptedKinds([{ relation, kinds: [...to] }]),
  );
  const shut = routeOf(relation, settings) === 'REFUSE';
  return (
    <tr>
      <th scope="row">
        {t(`relation.${relation}`)}
        {shut && <small>{t('kinds.shut')}</small>}
      </th>
      {kinds.map((kind) => {
        const on = accepted.includes(kind);
        const other: MessageKind = kind === 'TEXT' ? 'VIDEO' : 'TEXT';
        // A message is a text or a video: one of them stays.
        const last = on && kind !== 'LINK' && !accepted.includes(other);
        return (
          <td key={kind}>
            <input
              type="checkbox"
              checked={on}
              disabled={last}
              aria-label={t('kinds.label', { kind: t(`kindHead.${kind}`), from: t(`relation.${relation}`) })}
              onChange={() => choose(on ? accepted.filter((k) => k !== kind) : kinds.filter((k) => k === kind || accepted.includes(k)))}
            />
          </td>
        );
      })}
    </tr>
  );
}
