import type { Folder, RequestFilter } from '@aparte/client';
import { useRef, useState } from 'react';
import { useT } from '../i18n/i18n';
import { Dialog } from './Dialog';
import { useActions, useAttempt, useSettings, useNotify } from './hooks';

const dayMs = 86_400_000;
const days = 30;

/** Answers all requests of a folder that are like this, also those that are not loaded. */
export default function AnswerAll({ folder, close }: { folder: Folder; close(): void }) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const notify = useNotify();
  const shield = useSettings()?.shieldSince;
  const form = useRef<HTMLFormElement>(null);
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);

  const answer = async (what: 'acceptAll' | 'declineAll') => {
    const filter = filterOf(folder, new FormData(form.current!));
    setBusy(true);
    let moved = 0;
    const worked = await attempt(
      (async () => {
        // One call goes through a thousand requests.
        for (let more = true; more; ) {
          const step = await actions[what](filter);
          moved += step.moved;
          more = step.more;
        }
      })(),
    );
    setBusy(false);
    close();
    if (worked) notify({ done: t(`answerAll.done.${what}`, { count: moved }) });
  };
  return (
    <Dialog title={t('answerAll.title')} close={close}>
      <form className="report answer-all" ref={form} onChange={() => setSure(false)} onSubmit={(event) => event.preventDefault()}>
        <p className="soft">{t('answerAll.intro')}</p>
        <label className="note">
          {t('answerAll.from')}
          <select name="from" data-first="">
            <option value="">{t('answerAll.anyone')}</option>
            <option value="followers">{t('answerAll.followers')}</option>
            <option value="others">{t('answerAll.others')}</option>
          </select>
        </label>
        <label>
          <input type="checkbox" name="joined" />
          {t('answerAll.joined', { days })}
        </label>
        <label>
          <input type="checkbox" name="quiet" />
          {t('answerAll.quiet', { days })}
        </label>
        {folder === 'HIDDEN' && (
          <label>
            <input type="checkbox" name="shielded" defaultChecked={Boolean(shield)} />
            {t('answerAll.shielded')}
          </label>
        )}
        <div className="actions">
          <button type="button" disabled={busy} onClick={() => answer('acceptAll')}>
            {t('answerAll.accept')}
          </button>
          {/* To decline cannot be taken back, so it is asked for twice. */}
          <button
            type="button"
            className={sure ? 'danger' : undefined}
            disabled={busy}
            onClick={() => (sure ? answer('declineAll') : setSure(true))}
          >
            {t(sure ? 'answerAll.sure' : 'answerAll.decline')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function filterOf(folder: Folder, given: FormData): RequestFilter {
  const before = new Date(Date.now() - days * dayMs).toISOString();
  const from = given.get('from');
  return {
    folder,
    ...(from && { followsViewer: from === 'followers' }),
    ...(given.has('joined') && { joinedAfter: before }),
    ...(given.has('quiet') && { quietSince: before }),
    ...(given.has('shielded') && { shielded: true }),
  };
}
