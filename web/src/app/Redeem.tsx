import type { Contact } from '@aparte/client';
import { useEffect, useState } from 'react';
import { useT } from '../i18n/i18n';
import { Avatar } from './Avatar';
import { Composer } from './Composer';
import { useActions, useAttempt } from './hooks';
import { CodeIcon } from './icons';
import { folderPath, navigate, personPath } from './route';
import { nameOf } from './labels';

/**
 * Where the link of a contact code leads: to whom it belongs, and to the one message that it
 * carries.
 */
export default function Redeem({ code }: { code: string }) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  // Undefined until it is known; null: it lets nobody in, and does not say why.
  const [contact, setContact] = useState<Contact | null | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    void attempt(actions.contact(code, signal).then(setContact, (error) => signal.aborted || Promise.reject(error)));
    return () => abort.abort();
  }, [actions, attempt, code]);
  if (!contact) {
    return (
      <section className="redeem" aria-label={t('redeem.title')} aria-busy={contact === undefined}>
        {contact === null && (
          <div className="blank">
            <CodeIcon />
            <p className="lead">{t('redeem.nothing')}</p>
            <p className="soft">{t('redeem.nothingHint')}</p>
            <button onClick={() => navigate(folderPath('INBOX'))}>{t('redeem.home')}</button>
          </div>
        )}
      </section>
    );
  }
  const name = nameOf(contact.owner, t);
  return (
    <section className="redeem" aria-label={t('redeem.title')}>
      <div className="blank">
        <Avatar user={contact.owner} />
        <h2 className="lead" dir="auto">
          {name}
        </h2>
        <p className="soft">
          <bdi dir="ltr">@{contact.owner.handle}</bdi>
        </p>
        <p>{t('redeem.text', { name })}</p>
      </div>
      <Composer
        user={contact.owner}
        permission={contact.permission}
        request={false}
        contactCode={code}
        sent={() => navigate(personPath(contact.owner.id))}
      />
    </section>
  );
}
