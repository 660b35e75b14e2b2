import { Refused, type ExportJob } from '@aparte/client';
import { useEffect, useState } from 'react';
import { useLocale } from '../../i18n/i18n';
import { useActions, useAttempt } from '../hooks';
import { useTimes } from '../time';

/** How often a job that is under way is looked at. */
const lookMs = 1000;
const parts = ['profile', 'settings', 'conversations', 'people', 'reports'] as const;

/**
 * A copy of all that the service keeps of oneself: asked for, made in the background, taken home.
 */
export default function DataSection() {
  const { t } = useLocale();
  const actions = useActions();
  const attempt = useAttempt();
  // Undefined until it is known.
  const [job, setJob] = useState<ExportJob | null | undefined>(undefined);
  const [why, setWhy] = useState<'none' | { hours: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const id = job?.id;
  const running = job?.state === 'QUEUED' || job?.state === 'RUNNING';

  useEffect(() => void attempt(actions.exportJob().then(setJob)), [actions, attempt]);
  useEffect(() => {
    if (!running || !id) return;
    // A look that fails is followed by another: the job goes on without us.
    const timer = setInterval(() => void actions.exportJob(id).then(setJob, () => undefined), lookMs);
    return () => clearInterval(timer);
  }, [actions, running, id]);

  const ask = async () => {
    setBusy(true);
    setWhy(null);
    await attempt(
      actions.exportMyData().then(setJob, (error) => {
        const refusal = error instanceof Refused ? error : null;
        if (refusal?.code === 'RATE_LIMITED') setWhy({ hours: Math.ceil((refusal.retryAfterSeconds ?? 3600) / 3600) });
        else if (refusal?.code === 'INVALID_INPUT') setWhy('none');
        else throw error;
      }),
    );
    setBusy(false);
  };
  if (job === undefined) {
    return (
      <p className="soft" aria-busy="true">
        {t('list.loading')}
      </p>
    );
  }
  return (
    <>
      <p className="soft">{t('data.intro')}</p>
      <ul className="parts">
        {parts.map((part) => (
          <li key={part}>{t(`data.${part}`)}</li>
        ))}
      </ul>
      <div className="job" role="status">
        {job && <Job job={job} />}
        {why && <p className="soft">{why === 'none' ? t('data.none') : t('data.again', why)}</p>}
      </div>
      {!running && (
        <button className={job?.url ? undefined : 'primary'} disabled={busy} onClick={ask}>
          {t(job?.state === 'DONE' ? 'data.askAnother' : 'data.ask')}
        </button>
      )}
      <p className="soft">{t('data.note')}</p>
    </>
  );
}

function Job({ job }: { job: ExportJob }) {
  const { t, tag } = useLocale();
  const times = useTimes();
  if (job.state === 'FAILED') return <p>{t('data.failed')}</p>;
  if (job.state !== 'DONE') {
    return (
      <>
        <p>{t(job.state === 'QUEUED' ? 'data.queued' : 'data.running')}</p>
        <progress max={100} value={job.progress} aria-label={t('data.progress')} />
      </>
    );
  }
  if (!job.url) return <p>{t('data.expired')}</p>;
  const size = new Intl.NumberFormat(tag, {
    style: 'unit',
    unit: 'kilobyte',
    maximumFractionDigits: 1,
  }).format((job.size ?? 0) / 1000);
  return (
    <>
      <p>
        <b>{t('data.done', { at: times.full(job.finishedAt ?? job.requestedAt) })}</b>{' '}
        {job.expiresAt && <small>{t('data.expires', { at: times.full(job.expiresAt) })}</small>}
      </p>
      <Download job={job} label={t('data.download', { size })} />
    </>
  );
}

/** The file needs the token, so it is fetched and then handed to the browser to keep. */
function Download({ job, label }: { job: ExportJob; label: string }) {
  const actions = useActions();
  const attempt = useAttempt();
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    await attempt(
      actions.exportFile(job).then((file) => {
        const address = URL.createObjectURL(file);
        const link = document.createElement('a');
        link.href = address;
        link.download = `aparte-${job.requestedAt.slice(0, 10)}.zip`;
        link.click();
        // The browser has taken hold of it by the next turn.
        setTimeout(() => URL.revokeObjectURL(address));
      }),
    );
    setBusy(false);
  };
  return (
    <button className="primary" disabled={busy} onClick={download}>
      {label}
    </button>
  );
}
