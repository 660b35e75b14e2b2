import { useMemo, type KeyboardEvent } from 'react';
import type { Conversation, Folder } from '../api/types';
import { conversationsIn } from '../inbox/state';
import { Avatar } from './Avatar';
import { useInboxState, useSession } from './hooks';
import { MutedIcon } from './icons';
import { Link } from './Link';
import { personPath } from './route';
import { briefTime } from './time';
import { count, emptyFolder, folderNames, nameOf } from './words';

export function ConversationList({ folder, open }: { folder: Folder; open: string | undefined }) {
  const state = useInboxState();
  const { inbox, attempt } = useSession();
  const conversations = useMemo(() => conversationsIn(state, folder), [state.conversations, folder]);
  const { loaded, next } = state.folders[folder];
  return (
    <section className="list" aria-label={folderNames[folder]}>
      <h2>{folderNames[folder]}</h2>
      {loaded && conversations.length === 0 && <p className="quiet">{emptyFolder[folder]}</p>}
      <ul onKeyDown={moveByArrows}>
        {conversations.map((c) => (
          <li key={c.id}>
            <Item conversation={c} open={c.id === open} me={state.me?.id} />
          </li>
        ))}
      </ul>
      {next && (
        <button className="more" onClick={() => attempt(inbox.moreConversations(folder))}>
          Show more
        </button>
      )}
    </section>
  );
}

function Item({ conversation: c, open, me }: { conversation: Conversation; open: boolean; me: string | undefined }) {
  const last = c.lastMessage;
  return (
    <Link
      to={personPath(c.with.id)}
      className={c.unreadCount > 0 ? 'item unread' : 'item'}
      aria-current={open ? 'true' : undefined}
      data-conversation={c.id}
    >
      <Avatar user={c.with} />
      <span className="who">
        {nameOf(c.with)}
        {c.muted && (
          <span className="muted" role="img" aria-label="Muted">
            <MutedIcon />
          </span>
        )}
      </span>
      <time dateTime={c.lastActivityAt}>{briefTime(c.lastActivityAt)}</time>
      <span className="last">
        {last?.sender.id === me && last && 'You: '}
        {last ? last.body || `▷ ${last.video?.title ?? 'Video'}` : ''}
      </span>
      {c.unreadCount > 0 && (
        <span className="count" aria-label={`${c.unreadCount} unread`}>
          {count(c.unreadCount)}
        </span>
      )}
    </Link>
  );
}

function moveByArrows(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const links = [...event.currentTarget.querySelectorAll('a')];
  links[links.indexOf(document.activeElement as HTMLAnchorElement) + step]?.focus();
}
