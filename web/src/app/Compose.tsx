import type { Person } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { PersonSearch } from './PersonSearch';
import { navigate, personPath } from './route';
import { permissionText } from './labels';

/** Finds someone to write to, and says beforehand what would become of the message. */
export default function Compose({ close }: { close(): void }) {
  const t = useT();
  return (
    <PersonSearch
      title={t('compose.title')}
      close={close}
      pick={(person) => navigate(personPath(person.id))}
      under={(person) => <Outcome person={person} />}
    />
  );
}

function Outcome({ person }: { person: Person }) {
  const t = useT();
  const { allowed, folder } = person.viewerCanMessage;
  const kind = !allowed ? 'closed' : folder === 'INBOX' ? 'inbox' : 'request';
  return <span className={`outcome ${kind}`}>{permissionText(t, person.viewerCanMessage, person)}</span>;
}
