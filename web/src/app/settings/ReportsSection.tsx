import type { Report } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { Avatar } from '../Avatar';
import { useActions, useSelected } from '../hooks';
import { FlagIcon } from '../icons';
import { useTimes } from '../time';
import { nameOf } from '../labels';
import { usePages } from './usePages';

/** The user's own reports, and their results. */
export default function ReportsSection() {
  const t = useT();
  const actions = useActions();
  const version = useSelected((s) => s.noticesChanged);
  const { items: reports, more } = usePages((paging) => actions.reports(paging), version);
  if (!reports) {
    return (
      <p className="soft" aria-busy="true">
        {t('list.loading')}
      </p>
    );
  }
  if (reports.length === 0) {
    return (
      <div className="blank">
        <FlagIcon />
        <p className="lead">{t('reports.empty')}</p>
        <p className="soft">{t('reports.emptyHint')}</p>
      </div>
    );
  }
  return (
    <>
      <p className="soft">{t('reports.intro')}</p>
      <ol className="cases">
        {reports.map((report) => (
          <ReportCase key={report.id} report={report} />
        ))}
      </ol>
      {more && <button onClick={more}>{t('list.more')}</button>}
    </>
  );
}

const steps = ['OPEN', 'IN_REVIEW', 'DECIDED'] as const;

function ReportCase({ report }: { report: Report }) {
  const t = useT();
  const times = useTimes();
  const at = steps.indexOf(report.state);
  const outcome = report.actionTaken ? 'ACTED' : 'NOTHING';
  return (
    <li>
      <div className="about">
        <Avatar user={report.about} />
        <p>
          <b dir="auto">{nameOf(report.about, t)}</b> <span>{t(`reportCategory.${report.category}`)}</span>
          <small>
            {t('reports.made', { at: times.full(report.createdAt) })} ·{' '}
            {t('reports.messages', { count: report.messageCount })}
          </small>
        </p>
      </div>
      <ol className="steps" aria-label={t('reports.state')}>
        {steps.map((step, i) => (
          <li key={step} aria-current={i === at ? 'step' : undefined} data-past={i <= at}>
            {t(`reportState.${step}`)}
          </li>
        ))}
      </ol>
      {report.state === 'DECIDED' && (
        <p>
          {t(`reportOutcome.${outcome}`)} {report.decidedAt && <small>{times.full(report.decidedAt)}</small>}
        </p>
      )}
      <details>
        <summary>{t('reports.seal')}</summary>
        <p className="soft">{t('reports.sealHint')}</p>
        <code>{report.digest}</code>
      </details>
    </li>
  );
}
