import { useRef, useState, type FocusEvent, type KeyboardEvent } from 'react';
import type { Conversation, Standing } from '../api/types';
import type { EdgeChange } from '../inbox/inbox';
import { useSession } from './hooks';
import { MoreIcon } from './icons';
import { nameOf } from './words';

interface Props {
  standing: Standing;
  conversation: Conversation | undefined;
  changed(standing: Standing): void;
}

/** What one can do about a person and the conversation with them. */
export function PersonMenu({ standing, conversation, changed }: Props) {
  const { inbox, attempt } = useSession();
  const [asking, setAsking] = useState(false);
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => {
    menu.current!.open = false;
    setAsking(false);
  };
  const edge = (change: EdgeChange) => {
    close();
    attempt(inbox.changeEdge(change, standing.id).then(changed));
  };
  const run = (work: Promise<unknown>) => {
    close();
    attempt(work);
  };
  const onBlur = (event: FocusEvent) => {
    if (!menu.current!.contains(event.relatedTarget)) close();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !menu.current!.open) return;
    event.stopPropagation();
    close();
    menu.current!.querySelector('summary')!.focus();
  };
  const filed = conversation?.folder === 'INBOX' || conversation?.folder === 'ARCHIVE';
  return (
    <details className="person-menu" ref={menu} onBlur={onBlur} onKeyDown={onKey}>
      <summary aria-label={`More about ${nameOf(standing)}`}>
        <MoreIcon />
      </summary>
      {asking ? (
        <div className="choices">
          <p>Block {nameOf(standing)}? Neither of you can write to the other, and they are not told.</p>
          <button className="danger" autoFocus onClick={() => edge('blockUser')}>
            Block {nameOf(standing)}
          </button>
          <button onClick={close}>Cancel</button>
        </div>
      ) : (
        <div className="choices">
          {!standing.viewerHasBlocked && (
            <button onClick={() => edge(standing.viewerFollows ? 'unfollowUser' : 'followUser')}>
              {standing.viewerFollows ? 'Unfollow' : standing.followsViewer ? 'Follow back' : 'Follow'}
            </button>
          )}
          {conversation && filed && (
            <>
              <button onClick={() => run(inbox.mute(conversation.id, !conversation.muted))}>
                {conversation.muted ? 'Unmute' : 'Mute'}
              </button>
              <button onClick={() => run(inbox.archive(conversation.id, conversation.folder === 'INBOX'))}>
                {conversation.folder === 'INBOX' ? 'Archive' : 'Back to the inbox'}
              </button>
            </>
          )}
          {standing.viewerHasBlocked ? (
            <button onClick={() => edge('unblockUser')}>Unblock</button>
          ) : (
            <button onClick={() => setAsking(true)}>Block…</button>
          )}
        </div>
      )}
    </details>
  );
}
