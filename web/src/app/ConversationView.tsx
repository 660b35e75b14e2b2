import { useEffect, useState } from 'react';
import type { Standing } from '../api/types';
import { conversationWith } from '../inbox/state';
import { Avatar } from './Avatar';
import { Composer } from './Composer';
import { useInboxState, useSession } from './hooks';
import { BackIcon } from './icons';
import { Messages } from './Messages';
import { PersonMenu } from './PersonMenu';
import { RequestBar } from './RequestBar';
import { nameOf } from './words';

/** The conversation with one person, also before its first message. */
export function ConversationView({ userId, back }: { userId: string; back(): void }) {
  const state = useInboxState();
  const { inbox } = useSession();
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
        {standing && <PersonMenu standing={standing} conversation={conversation} changed={setStanding} />}
      </header>
      <Messages conversation={conversation} user={user} />
      {conversation && (conversation.folder === 'REQUESTS' || conversation.folder === 'HIDDEN') ? (
        <RequestBar conversation={conversation} back={back} />
      ) : null}
      <Composer user={user} permission={standing?.viewerCanMessage ?? null} />
    </section>
  );
}
