import type { Standing, User } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Avatar } from './Avatar';
import { nameOf, permissionText } from './words';

/** Stands above the first message: who this is, and before there is any, what would become of one. */
export function Beginning({ user, standing }: { user: User; standing: Standing | null }) {
  const t = useT();
  return (
    <div className="beginning">
      <Avatar user={user} />
      <p className="lead" dir="auto">
        {nameOf(user, t)}
      </p>
      <p className="soft">{standing?.viewerCanMessage.allowed ? permissionText(t, standing.viewerCanMessage, user) : ''}</p>
    </div>
  );
}
