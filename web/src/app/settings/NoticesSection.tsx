import type { Notice, Restrictions } from '@aparte/client';
import { useEffect, useState, type FormEvent } from 'react';
import { useT } from '../../i18n/i18n';
import { Dialog } from '../Dialog';
import { useActions, useAttempt, useSelected, useNotify } from '../hooks';
import { NoticeIcon } from '../icons';
import { useTimes } from '../time';
import { usePages } from './usePages';

const longestAppeal = 4000;

/**
 * The moderators' decisions about the user, with their reasons, and the way to ask for a review.
 */
export default function NoticesSection() {
  const t = useT();
  const actions = useActions();
  const version = useSelected((s) => s.noticesChanged);
  const [restrictions, setRestrictions] = useState<Restrictions | null>(null);
  const { items: notices, setItems, more } = usePages(async (paging) => {
    const page = await actions.notices(paging);
    setRestrictions(page.restrictions);
    return page;
  }, version);
  if (!notices) {
    return (
      <p className="soft" aria-busy="true">
        {t('list.loading')}
      </p>
    );
  }
  const changed = (notice: Notice) => setItems((all) => all.map((n) => (n.id === notice.id ? notice : n)));
  return (
    <>
      {restrictions && <ActiveRestrictions restrictions={restrictions} />}
      {notices.length === 0 ? (
        <div className="blank">
          <NoticeIcon />
          <p className="lead">{t('notices.empty')}</p>
          <p className="soft">{t('notices.emptyHint')}</p>
        </div>
      ) : (
        <>
          <p className="soft">{t('notices.intro')}</p>
          <ol className="cases">
            {notices.map((notice) => (
              <NoticeCase key={notice.id} notice={notice} changed={changed} />
            ))}
          </ol>
        </>
      )}
      {more && <button onClick={more}>{t('list.more')}</button>}
    </>
  );
}

function ActiveRestrictions({ restrictions: { suspendedUntil, outreachUntil } }: { restrictions: Restrictions }) {
  const t = useT();
  const times = useTimes();
  if (!suspendedUntil && !outreachUntil) return null;
  return (
    <div className="restrictions" role="status">
      {suspendedUntil && <p>{t('notices.suspendedUntil', { at: times.full(suspendedUntil) })}</p>}
      {outreachUntil && <p>{t('notices.outreachUntil', { at: times.full(outreachUntil) })}</p>}
    </div>
  );
}

function NoticeCase({ notice, changed }: { notice: Notice; changed(notice: Notice): void }) {
  const t = useT();
  const times = useTimes();
  const [appealing, setAppealing] = useState(false);
  const { appeal } = notice;
  const open = useOpenUntil(notice.appealableUntil);
  return (
    <li>
      <h3>{t(`action.${notice.action}`)}</h3>
      <p>
        <span>{t('notices.about', { category: t(`reportCategory.${notice.category}`) })}</span>
        <small>
          {times.full(notice.at)}
          {notice.endsAt && ` · ${t('notices.ends', { at: times.full(notice.endsAt) })}`}
        </small>
      </p>
      <blockquote dir="auto" aria-label={t('notices.reasons')}>
        {notice.statement}
      </blockquote>
      {appeal ? (
        <div className="appeal">
          <p>
            <b>{t(`appeal.${appeal.outcome ?? 'WAITS'}`)}</b>
            <small>{times.full(appeal.decidedAt ?? appeal.at)}</small>
          </p>
          {appeal.statement && <blockquote dir="auto">{appeal.statement}</blockquote>}
          <details>
            <summary>{t('appeal.yours')}</summary>
            <p dir="auto">{appeal.text}</p>
          </details>
        </div>
      ) : open ? (
        <p className="row-of">
          <button onClick={() => setAppealing(true)}>{t('appeal.open')}</button>
          <small>{t('appeal.until', { at: times.full(notice.appealableUntil) })}</small>
        </p>
      ) : (
        <p>
          <small>{t('appeal.over')}</small>
        </p>
      )}
      {appealing && <Appeal notice={notice} changed={changed} close={() => setAppealing(false)} />}
    </li>
  );
}

/** Whether a time is still to come; it turns false when it has. */
function useOpenUntil(iso: string): boolean {
  const [open, setOpen] = useState(() => Date.parse(iso) > Date.now());
  useEffect(() => {
    const left = Date.parse(iso) - Date.now();
    // A deadline that is later than a timer can express does not end on this page.
    if (left > 2 ** 31 - 1) return;
    const timer = setTimeout(() => setOpen(false), Math.max(0, left));
    return () => clearTimeout(timer);
  }, [iso]);
  return open;
}

function Appeal({ notice, changed, close }: { notice: Notice; changed(notice: Notice): void; close(): void }) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('text')).trim();
    if (!text) return;
    setBusy(true);
    const worked = await attempt(actions.appeal(notice.id, text).then(changed));
    setBusy(false);
    close();
    if (worked) notify({ done: t('appeal.done') });
  };
  return (
    <Dialog title={t('appeal.title')} close={close}>
      <form className="report" onSubmit={submit}>
        <p className="soft">{t('appeal.intro')}</p>
        <label className="note">
          {t('appeal.text')}
          <textarea name="text" rows={5} maxLength={longestAppeal} required data-first="" />
        </label>
        <div className="actions">
          <button type="button" onClick={close}>
            {t('dialog.cancel')}
          </button>
          <button className="primary" disabled={busy}>
            {t('appeal.send')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
