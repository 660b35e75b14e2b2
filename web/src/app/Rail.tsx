import type { ReactNode } from 'react';
import type { Folder } from '@aparte/client';
import { useLocale } from '../i18n/i18n';
import { Count } from './Count';
import type { OpenDialog } from './dialogs';
import { useMe, useSettings, useUnread } from './hooks';
import { ArchiveIcon, GearIcon, InboxIcon, PencilIcon, RequestsIcon } from './icons';
import { Link } from './Link';
import { folderPath, settingsPath } from './route';
import { audienceName, folderName, nameOf } from './labels';

// Hidden has no place here: it lies behind a door, at the end of the requests.
const shown: { folder: Folder; icon: ReactNode }[] = [
  { folder: 'INBOX', icon: <InboxIcon /> },
  { folder: 'REQUESTS', icon: <RequestsIcon /> },
  { folder: 'ARCHIVE', icon: <ArchiveIcon /> },
];

/** Where one can go, and where one is; null: nowhere. */
export function Rail({ current, open }: { current: Folder | 'SETTINGS' | null; open(dialog: OpenDialog): void }) {
  const { t } = useLocale();
  const me = useMe();
  const settings = useSettings();
  const unread = useUnread();
  const waiting: Partial<Record<Folder, number>> = { INBOX: unread.conversations, REQUESTS: unread.requests };
  const within = current === 'HIDDEN' ? 'REQUESTS' : current;
  return (
    <header className="rail">
      <p className="brand">Aparté</p>
      <button className="compose-button" onClick={() => open('compose')} aria-keyshortcuts="n">
        <PencilIcon />
        <span>{t('compose.title')}</span>
      </button>
      <nav aria-label={t('rail.folders')}>
        {shown.map(({ folder, icon }) => (
          <Link key={folder} to={folderPath(folder)} aria-current={folder === within ? 'page' : undefined}>
            {icon}
            <span>{folderName(t, folder)}</span>
            <Count of={waiting[folder] ?? 0} />
          </Link>
        ))}
      </nav>
      <Link className="who-can" to={settingsPath()} aria-current={current === 'SETTINGS' ? 'page' : undefined}>
        <GearIcon />
        <span className="words">
          <small>{t('settings.audience')}</small>
          <b>{settings ? audienceName(t, settings.whoCanMessageMe) : '…'}</b>
        </span>
        <span className="short" aria-hidden="true">
          {t('settings.title')}
        </span>
      </Link>
      <p className="me">
        <span dir="auto">{me && nameOf(me, t)}</span>
        <button className="plain" onClick={() => open('help')} aria-keyshortcuts="?">
          {t('help.title')}
        </button>
      </p>
    </header>
  );
}
