import type { FormEvent } from 'react';
import type { Identity } from '../people';

/** Outside `aparte dev` the host app issues tokens, and one has to be brought along. */
export function SignIn({ identity, refused = false }: { identity: Identity; refused?: boolean }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    identity.enterToken(String(new FormData(event.currentTarget).get('token')).trim());
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1 className="brand">Aparté</h1>
        <p>{refused ? 'This token is not accepted, or not any more.' : 'Your messages, once you say who you are.'}</p>
        {identity.people ? (
          <button type="button" className="primary" onClick={() => location.reload()}>
            Ask for a new one
          </button>
        ) : (
          <>
            <label>
              Bearer token
              <input name="token" type="password" autoComplete="off" required autoFocus />
            </label>
            <button className="primary">Open my inbox</button>
          </>
        )}
      </form>
    </main>
  );
}
