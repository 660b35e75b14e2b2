import { useEffect, useState } from 'react';
import type { Standing } from '../api/types';
import { conversationWith } from '../inbox/state';
import { Avatar } from './Avatar';
import { Composer } from './Composer';
import { useInboxState, useSession } from './context';
import { BackIcon } from './icons';
import { Messages } from './Messages';
import { RequestBar } from './RequestBar';
import { nameOf } from './words';

/** The conversation with one person, also before its first message. */
export function ConversationView({ userId, back }: { userId: string; back(): void }) {
  const state = useInboxState();
  const { inbox, attempt } = useSession();
  const conversation = conversationWith(state, userId);
  const [standing, setStanding] = useState<Standing | null>(null);
  const refusals = state.outgoing.filter((o) => o.to === userId && o.refused).length;

  // Whether one may write changes with what either side does; these are the traces it leaves here.
  const traces = [
    conversation?.lastMessage?.seq,
    conversation?.folder,
    conversation?.with.viewerHasBlocked,
    state.settings?.whoCanMessageMe,
    state.connection,
    refusals,
  ];
  useEffect(() => {
    let current = true;
    inbox.person(userId).then(
      (found) => current && setStanding(found),
      () => undefined, // asked again at the next trace, at the latest when the connection is back
    );
    return () => {
      current = false;
    };
  }, [inbox, userId, ...traces]);

  const user = standing ?? conversation?.with;
  if (!user) return <section className="conversation" aria-label="Conversation" />;
  const change = (name: Parameters<typeof inbox.changeEdge>[0]) =>
    attempt(inbox.changeEdge(name, userId).then(setStanding));
  return (
    <section
      className="conversation"
      aria-label={`Conversation with ${nameOf(user)}`}
      onKeyDown={(event) => event.key === 'Escape' && back()}
    >
      <header>
        <button className="icon back" onClick={back} aria-label="Back to the list">
          <BackIcon />
        </button>
        <Avatar user={user} />
        <h2>
          {nameOf(user)}
          {user.handle && <small>@{user.handle}</small>}
        </h2>
        {standing && <Edges standing={standing} change={change} />}
      </header>
      <Messages conversation={conversation} user={user} />
      {conversation && (conversation.folder === 'REQUESTS' || conversation.folder === 'HIDDEN') ? (
        <RequestBar conversation={conversation} back={back} />
      ) : null}
      <Composer user={user} permission={standing?.viewerCanMessage ?? null} />
    </section>
  );
}

type Change = 'followUser' | 'unfollowUser' | 'blockUser' | 'unblockUser';

function Edges({ standing, change }: { standing: Standing; change(name: Change): void }) {
  const [asking, setAsking] = useState(false);
  if (asking) {
    return (
      <div className="edges" role="group" aria-label={`Block ${nameOf(standing)}?`}>
        <button
          className="danger"
          autoFocus
          onClick={() => {
            setAsking(false);
            change('blockUser');
          }}
        >
          Block {nameOf(standing)}
        </button>
        <button onClick={() => setAsking(false)}>Keep</button>
      </div>
    );
  }
  return (
    <div className="edges">
      {standing.viewerHasBlocked ? (
        <button onClick={() => change('unblockUser')}>Unblock</button>
      ) : (
        <>
          <button onClick={() => change(standing.viewerFollows ? 'unfollowUser' : 'followUser')}>
            {standing.viewerFollows ? 'Unfollow' : 'Follow'}
          </button>
          <button onClick={() => setAsking(true)}>Block</button>
        </>
      )}
    </div>
  );
}
