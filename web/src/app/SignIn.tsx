import type { FormEvent } from 'react';
import { useT } from '../i18n/i18n';
import type { Identity } from '../identity';

/** Outside `aparte dev` the host app issues tokens, and one has to be brought along. */
export function SignIn({ identity, refused = false }: { identity: Identity; refused?: boolean }) {
  const t = useT();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    identity.enterToken(String(new FormData(event.currentTarget).get('token')).trim());
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1 className="brand">Aparté</h1>
        <p role={refused ? 'alert' : undefined}>{t(refused ? 'signIn.refused' : 'signIn.welcome')}</p>
        {identity.people ? (
          <button type="button" className="primary" onClick={() => location.reload()}>
            {t('signIn.again')}
          </button>
        ) : (
          <>
            <label>
              {t('signIn.token')}
              {/* eslint-disable-next-line jsx-a11y/no-autofocus -- the page has no other field */}
              <input name="token" type="password" autoComplete="off" required autoFocus />
            </label>
            <button className="primary">{t('signIn.open')}</button>
          </>
        )}
      </form>
    </main>
  );
}
