import '../styles/settings.css';
import { useEffect, useRef, type ReactNode } from 'react';
import { useT } from '../../i18n/i18n';
import { useSettings } from '../hooks';
import { BackIcon, BlockIcon, ClockIcon, DisplayIcon, EyeIcon, InboxIcon, ListIcon, RequestsIcon } from '../icons';
import { Link } from '../Link';
import { folderPath, settingsPath, settingsSections, type SettingsSection } from '../route';
import { AudienceSection } from './AudienceSection';
import { BlockedSection } from './BlockedSection';
import { ExceptionsSection } from './ExceptionsSection';
import { DisplaySection } from './DisplaySection';
import { HistorySection } from './HistorySection';
import { RequestsSection } from './RequestsSection';
import { ReceiptsSection } from './ReceiptsSection';

const icons: Record<SettingsSection, ReactNode> = {
  audience: <RequestsIcon />,
  history: <ClockIcon />,
  exceptions: <ListIcon />,
  requests: <InboxIcon />,
  blocked: <BlockIcon />,
  receipts: <EyeIcon />,
  display: <DisplayIcon />,
};

/** There is nothing to save: a choice holds once the server has it, and goes back when it is refused. */
export default function SettingsView({ section }: { section: SettingsSection }) {
  const t = useT();
  const settings = useSettings();
  const nav = useRef<HTMLElement>(null);
  // On a narrow screen the sections stand in a row that is longer than the page.
  useEffect(() => {
    nav.current!.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [section]);
  return (
    <div className="settings">
      <header>
        <Link className="icon back" to={folderPath('INBOX')} aria-label={t('conversation.back')}>
          <BackIcon />
        </Link>
        <p className="lead">{t('settings.title')}</p>
        <nav ref={nav} aria-label={t('settings.title')}>
          {settingsSections.map((s) => (
            <Link key={s} to={settingsPath(s)} aria-current={s === section ? 'page' : undefined}>
              {icons[s]}
              <span>{t(`settings.${s}`)}</span>
            </Link>
          ))}
        </nav>
      </header>
      <section className="section" key={section} aria-label={t(`settings.${section}`)}>
        <h2>{t(`settings.${section}`)}</h2>
        {section === 'display' ? (
          <DisplaySection />
        ) : section === 'blocked' ? (
          <BlockedSection />
        ) : section === 'exceptions' ? (
          <ExceptionsSection />
        ) : !settings ? (
          <p className="soft" aria-busy="true">
            {t('list.loading')}
          </p>
        ) : section === 'audience' ? (
          <AudienceSection settings={settings} />
        ) : section === 'requests' ? (
          <RequestsSection settings={settings} />
        ) : section === 'history' ? (
          <HistorySection settings={settings} />
        ) : (
          <ReceiptsSection settings={settings} />
        )}
      </section>
    </div>
  );
}
