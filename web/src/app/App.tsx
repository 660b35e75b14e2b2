import { ApiError, connect, Refused, type Client, type Refusal } from '@aparte/client';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { graphqlPath } from '../endpoint';
import { chooseLanguage, currentLanguage, loadLocale, LocaleContext, type Locale } from '../i18n/i18n';
import { useIdentity, type DevPerson, type Identity } from '../identity';
import { SessionContext, type Notice } from './hooks';
import { Shell } from './Shell';
import { SignIn } from './SignIn';

export function App({ locale: first, people }: { locale: Locale; people: DevPerson[] | null }) {
  const [locale, setLocale] = useState(first);
  const choose = useCallback((language: Parameters<typeof chooseLanguage>[0]) => {
    chooseLanguage(language);
    void loadLocale(currentLanguage()).then(setLocale);
  }, []);
  const identity = useIdentity(people);
  return (
    <LocaleContext value={useMemo(() => ({ locale, choose }), [locale, choose])}>
      {identity.token ? (
        <Signed key={identity.person?.handle ?? identity.token} identity={identity} />
      ) : (
        <SignIn identity={identity} />
      )}
    </LocaleContext>
  );
}

function Signed({ identity }: { identity: Identity }) {
  const [notice, setNotice] = useState<Notice | null>(null);
  const [client, setClient] = useState<Client | null>(null);
  useEffect(() => {
    const opened = connect({ url: graphqlPath, token: identity.freshToken });
    setClient(opened);
    return () => void opened.close();
  }, [identity.freshToken]);
  const session = useMemo(() => {
    const ask = (work: Promise<unknown>) =>
      work.then(
        () => true,
        (error: unknown) => {
          setNotice({ refusal: refusalOf(error) });
          return false;
        },
      );
    const attempt = (work: Promise<unknown>) => {
      setNotice(null);
      return ask(work);
    };
    return client && { client, attempt, ask, notify: setNotice };
  }, [client]);
  return (
    session && (
      <SessionContext value={session}>
        <Shell identity={identity} notice={notice} />
      </SessionContext>
    )
  );
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof ApiError) return { code: error.code, detail: error.message };
  return null;
}
