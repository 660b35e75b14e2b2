import type { Folder } from '../api/types';
import { conversationsIn } from '../inbox/state';
import type { Identity } from '../people';
import { useInboxState } from './hooks';
import { GearIcon, PencilIcon } from './icons';
import { Link } from './Link';
import { folderPath } from './route';
import { audiences, count, folderNames, nameOf } from './words';

interface Props {
  identity: Identity;
  current: Folder;
  compose(): void;
  settings(): void;
}

export function Folders({ identity, current, compose, settings }: Props) {
  const state = useInboxState();
  const unreadIn = (folder: Folder) => {
    if (folder === 'INBOX') return state.unread.conversations;
    if (folder === 'REQUESTS') return state.unread.requests;
    return conversationsIn(state, folder).filter((c) => c.unreadCount > 0).length;
  };
  const audience = audiences.find((a) => a.audience === state.settings?.whoCanMessageMe);
  return (
    <header className="folders">
      <div className="top">
        <h1 className="brand">Aparté</h1>
        <button className="icon" onClick={compose} title="New message (n)" aria-label="New message">
          <PencilIcon />
        </button>
      </div>
      <nav aria-label="Folders">
        {(Object.keys(folderNames) as Folder[]).map((folder) => (
          <Link key={folder} to={folderPath(folder)} aria-current={folder === current ? 'page' : undefined}>
            <span>{folderNames[folder]}</span>
            {unreadIn(folder) > 0 && (
              <span className="count" aria-label={`${unreadIn(folder)} unread`}>
                {count(unreadIn(folder))}
              </span>
            )}
          </Link>
        ))}
      </nav>
      <div className="own">
        <button className="who-can" onClick={settings} aria-label="Who can message me">
          <GearIcon />
          <span>
            <small>Who can message me</small>
            {audience?.name ?? '…'}
          </span>
        </button>
        {identity.people ? (
          <label className="me">
            <small>You are</small>
            <select value={identity.person?.handle} onChange={(event) => identity.choose(event.target.value)}>
              {identity.people.map((p) => (
                <option key={p.handle} value={p.handle}>
                  {p.displayName}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <p className="me">
            <small>You are</small>
            {state.me && nameOf(state.me)}
          </p>
        )}
      </div>
    </header>
  );
}
