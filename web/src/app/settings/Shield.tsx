import type { HeldRequestAction } from '@aparte/client';
import { useState } from 'react';
import { useT } from '../../i18n/i18n';
import { useActions, useAttempt, useNotify } from '../hooks';
import { ShieldIcon } from '../icons';
import { Link } from '../Link';
import { folderPath } from '../route';
import { useTimes } from '../time';

const endings: HeldRequestAction[] = ['KEEP', 'RELEASE', 'DECLINE'];

/**
 * The surge shield: what it is, whether it is up, and what becomes of what it holds when it comes
 * down.
 */
export function Shield({ since }: { since: string | null }) {
  const t = useT();
  const times = useTimes();
  const actions = useActions();
  const attempt = useAttempt();
  const notify = useNotify();
  const [held, setHeld] = useState<HeldRequestAction>('KEEP');
  const [busy, setBusy] = useState(false);

  const end = async () => {
    setBusy(true);
    let moved = 0;
    const worked = await attempt(
      (async () => {
        // One call goes through a thousand requests.
        for (let more = true; more; ) {
          const step = await actions.endSurgeShield(held);
          moved += step.moved;
          more = step.more;
        }
      })(),
    );
    setBusy(false);
    if (worked) notify({ done: t(`shieldDone.${held}`, { count: moved }) });
  };
  return (
    <section className="shield" aria-label={t('shield.title')}>
      <h3>
        <ShieldIcon />
        {t('shield.title')}
      </h3>
      <p className="soft">{t('shield.what')}</p>
      {!since ? (
        <p className="state">{t('shield.down')}</p>
      ) : (
        <>
          <p className="state">
            <b>{t('shield.up', { at: times.full(since) })}</b>{' '}
            <Link className="inline" to={folderPath('HIDDEN')}>
              {t('shield.look')}
            </Link>
          </p>
          <fieldset>
            <legend>{t('shield.decide')}</legend>
            {endings.map((ending) => (
              <label key={ending}>
                <input type="radio" name="held" checked={held === ending} onChange={() => setHeld(ending)} />
                <span>
                  {t(`shieldEnd.${ending}`)}
                  <small>{t(`shieldEndHint.${ending}`)}</small>
                </span>
              </label>
            ))}
          </fieldset>
          <button className="primary" disabled={busy} onClick={end}>
            {t('shield.end')}
          </button>
        </>
      )}
    </section>
  );
}
