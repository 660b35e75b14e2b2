import '../styles/settings.css';
import '../styles/consent.css';
import '../styles/cases.css';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import type { Settings } from '@aparte/client';
import { useT } from '../../i18n/i18n';
import { useSettings } from '../hooks';
import {
  BlockIcon,
  ClipIcon,
  ClockIcon,
  CodeIcon,
  DataIcon,
  DisplayIcon,
  ExpandIcon,
  EyeIcon,
  FlagIcon,
  InboxIcon,
  ListIcon,
  NoticeIcon,
  RequestsIcon,
  WordsIcon,
} from '../icons';
import { Link } from '../Link';
import { settingsPath, settingsSections, type SettingsSection } from '../route';
import { AudienceSection } from './AudienceSection';
import { BlockedSection } from './BlockedSection';
import { ExceptionsSection } from './ExceptionsSection';
import { DisplaySection } from './DisplaySection';
import { HistorySection } from './HistorySection';
import { KindsSection } from './KindsSection';
import { RequestsSection } from './RequestsSection';
import { ReceiptsSection } from './ReceiptsSection';

// Few come here, and then for one of them.
const WordsSection = lazy(() => import('./WordsSection'));
const CodesSection = lazy(() => import('./CodesSection'));
const ReportsSection = lazy(() => import('./ReportsSection'));
const NoticesSection = lazy(() => import('./NoticesSection'));
const DataSection = lazy(() => import('./DataSection'));

const icons: Record<SettingsSection, ReactNode> = {
  audience: <RequestsIcon />,
  kinds: <ClipIcon />,
  words: <WordsIcon />,
  codes: <CodeIcon />,
  reports: <FlagIcon />,
  notices: <NoticeIcon />,
  data: <DataIcon />,
  history: <ClockIcon />,
  exceptions: <ListIcon />,
  requests: <InboxIcon />,
  blocked: <BlockIcon />,
  receipts: <EyeIcon />,
  display: <DisplayIcon />,
};

/**
 * There is nothing to save: a choice holds once the server has it, and goes back when it is
 * refused.
 */
export default function SettingsView({ section }: { section: SettingsSection }) {
  const t = useT();
  const settings = useSettings();
  return (
    <div className="settings">
      <Sections section={section} />
      <section className="section" key={section} aria-label={t(`settings.${section}`)}>
        <h2>{t(`settings.${section}`)}</h2>
        <Suspense fallback={<Loading />}>
          <Section section={section} settings={settings} />
        </Suspense>
      </section>
    </div>
  );
}

/**
 * The list of sections. On a narrow screen it lies behind a button and goes away with the choice.
 */
function Sections({ section }: { section: SettingsSection }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const nav = useRef<HTMLElement>(null);
  const shut = () => {
    setOpen(false);
    button.current!.focus();
  };
  useEffect(() => {
    if (open) nav.current!.querySelector<HTMLElement>('[aria-current]')!.focus();
  }, [open]);
  return (
    <header
      role="presentation"
      onKeyDown={(event) => {
        if (!open || event.key !== 'Escape') return;
        event.preventDefault();
        shut();
      }}
    >
      <p className="lead">{t('settings.title')}</p>
      <button className="sections" ref={button} aria-expanded={open} aria-controls="sections" onClick={() => setOpen(!open)}>
        <b>{t('settings.title')}</b>
        <ExpandIcon />
      </button>
      <nav id="sections" ref={nav} className={open ? 'open' : undefined} aria-label={t('settings.title')}>
        {settingsSections.map((s) => (
          <Link key={s} to={settingsPath(s)} followed={() => open && shut()} aria-current={s === section ? 'page' : undefined}>
            {icons[s]}
            <span>{t(`settings.${s}`)}</span>
          </Link>
        ))}
      </nav>
    </header>
  );
}

function Section({ section, settings }: { section: SettingsSection; settings: Settings | null }) {
  switch (section) {
    case 'display':
      return <DisplaySection />;
    case 'blocked':
      return <BlockedSection />;
    case 'exceptions':
      return <ExceptionsSection />;
    case 'codes':
      return <CodesSection />;
    case 'reports':
      return <ReportsSection />;
    case 'notices':
      return <NoticesSection />;
    case 'data':
      return <DataSection />;
  }
  if (!settings) return <Loading />;
  switch (section) {
    case 'audience':
      return <AudienceSection settings={settings} />;
    case 'kinds':
      return <KindsSection settings={settings} />;
    case 'requests':
      return <RequestsSection settings={settings} />;
    case 'words':
      return <WordsSection settings={settings} />;
    case 'history':
      return <HistorySection settings={settings} />;
    case 'receipts':
      return <ReceiptsSection settings={settings} />;
  }
}

function Loading() {
  const t = useT();
  return (
    <p className="soft" aria-busy="true">
      {t('list.loading')}
    </p>
  );
}
