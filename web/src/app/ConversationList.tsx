import { useDeferredValue, useState } from 'react';
import type { Folder } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { BulkBar } from './BulkBar';
import { ConversationRows } from './ConversationRows';
import { Reveal } from './Reveal';
import { useConnection, useFolder, useSettings } from './hooks';
import { ArchiveIcon, BackIcon, HiddenIcon, InboxIcon, RequestsIcon, ShieldIcon } from './icons';
import { Link } from './Link';
import { folderPath, settingsPath } from './route';
import { folderName } from './labels';

interface Props {
  folder: Folder;
  person: string | null;
  compose(): void;
}

/** One folder. Requests can be ticked and answered together. */
export function ConversationList({ folder, person, compose }: Props) {
  const t = useT();
  const { conversations, loaded } = useFolder(folder);
  const [ticked, setTicked] = useState<ReadonlySet<string> | null>(null);
  const [opened, setOpened] = useState(false);
  const requests = folder === 'REQUESTS' || folder === 'HIDDEN';
  const concealed = folder === 'HIDDEN' && !opened && person === null;
  // Where one is is drawn at once, the rows right after.
  const entered = useDeferredValue(true, false);
  const filled = loaded && conversations.length > 0 && !concealed;
  return (
    <section className="list" aria-label={folderName(t, folder)}>
      <header>
        {folder === 'HIDDEN' && (
          <Link className="icon" to={folderPath('REQUESTS')} aria-label={folderName(t, 'REQUESTS')}>
            <BackIcon />
          </Link>
        )}
        <h2>{folderName(t, folder)}</h2>
        {requests && filled && (
          <button className="plain" onClick={() => setTicked(ticked ? null : new Set())}>
            {t(ticked ? 'requests.done' : 'requests.select')}
          </button>
        )}
      </header>
      {requests && <ShieldUp />}
      {concealed ? (
        <Reveal open={() => setOpened(true)} />
      ) : filled && !entered ? (
        <div className="rows" aria-busy="true" />
      ) : filled ? (
        <ConversationRows folder={folder} person={person} ticked={ticked} tick={setTicked} />
      ) : loaded ? (
        <Empty folder={folder} compose={compose} />
      ) : (
        <Loading />
      )}
      {ticked && filled && <BulkBar folder={folder} conversations={conversations} ticked={ticked} tick={setTicked} />}
      {folder === 'REQUESTS' && loaded && !ticked && (
        <Link className="to-hidden" to={folderPath('HIDDEN')}>
          <HiddenIcon />
          {t('requests.toHidden')}
        </Link>
      )}
    </section>
  );
}

/** Said where it is felt; what it is and how it ends stands in the settings. */
function ShieldUp() {
  const t = useT();
  const up = useSettings()?.shieldSince;
  if (!up) return null;
  return (
    <Link className="shield-up" to={settingsPath('requests')}>
      <ShieldIcon />
      <span>{t('shield.banner')}</span>
    </Link>
  );
}

const icons = { INBOX: <InboxIcon />, REQUESTS: <RequestsIcon />, HIDDEN: <HiddenIcon />, ARCHIVE: <ArchiveIcon /> };

function Empty({ folder, compose }: { folder: Folder; compose(): void }) {
  const t = useT();
  return (
    <div className="blank">
      {icons[folder]}
      <p className="lead">{t(`empty.${folder}`)}</p>
      <p className="soft">{t(`emptyHint.${folder}`)}</p>
      {folder === 'INBOX' && <button onClick={compose}>{t('compose.title')}</button>}
    </div>
  );
}

/** Rows in the shape of what will come, so that nothing jumps when it does. */
function Loading() {
  const t = useT();
  const connection = useConnection();
  const away = connection === 'reconnecting' || connection === 'offline';
  return (
    <div className="rows" aria-busy="true">
      <p className={away ? 'soft unreachable' : 'hidden-text'}>{t(away ? 'list.unreachable' : 'list.loading')}</p>
      {Array.from({ length: 7 }, (_, i) => (
        <div key={i} className="ghost" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}
