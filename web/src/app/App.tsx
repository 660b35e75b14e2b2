import { useEffect, useMemo, useState } from 'react';
import { Api, ApiError } from '../api/api';
import { Inbox, Refused } from '../inbox/inbox';
import { useIdentity } from '../people';
import { SessionContext } from './hooks';
import { Desk } from './Desk';
import { SignIn } from './SignIn';

export function App() {
  const identity = useIdentity();
  const { token } = identity;
  const [notice, setNotice] = useState('');
  const session = useMemo(() => {
    const attempt = (work: Promise<unknown>) => {
      setNotice('');
      return work.then(
        () => true,
        (error) => {
          setNotice(explain(error));
          return false;
        },
      );
    };
    return { inbox: new Inbox(new Api(token)), attempt };
  }, [token]);
  useEffect(() => (token ? session.inbox.start() : undefined), [session, token]);

  if (identity.people === undefined) return null;
  if (!token) return <SignIn identity={identity} />;
  return (
    <SessionContext value={session}>
      <Desk key={token} identity={identity} notice={notice} dismiss={() => setNotice('')} />
    </SessionContext>
  );
}

function explain(error: unknown): string {
  if (error instanceof Refused || error instanceof ApiError) return error.message;
  return 'That did not get through. Try again.';
}
