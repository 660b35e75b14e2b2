import type { Conversation } from '../api/types';
import { useSession } from './hooks';
import { nameOf } from './words';

export function RequestBar({ conversation, back }: { conversation: Conversation; back(): void }) {
  const { inbox, attempt } = useSession();
  const name = nameOf(conversation.with);
  return (
    <div className="request" role="group" aria-label="Message request">
      <p>
        {name} would like to write to you. They cannot see that you have read this, nor that you decline. To answer is
        to accept.
      </p>
      <div>
        <button onClick={() => attempt(inbox.decline([conversation.id]).then(back))}>Decline</button>
        <button className="primary" onClick={() => attempt(inbox.accept(conversation.id))}>
          Accept
        </button>
      </div>
    </div>
  );
}
