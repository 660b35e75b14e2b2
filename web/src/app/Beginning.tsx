import type { Conversation, Standing, User } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Avatar } from './Avatar';
import { nameOf, permissionText } from './words';

interface Props {
  user: User;
  standing: Standing | null;
  /** The code by which they came. */
  came: Conversation['cameByCode'];
}

/** Stands above the first message: who this is, and before there is any, what would become of one. */
export function Beginning({ user, standing, came }: Props) {
  const t = useT();
  return (
    <div className="beginning">
      <Avatar user={user} />
      <p className="lead" dir="auto">
        {nameOf(user, t)}
      </p>
      {came && <p className="soft">{t('codes.cameBy', { label: came.label })}</p>}
      <p className="soft">{standing?.viewerCanMessage.allowed ? permissionText(t, standing.viewerCanMessage, user) : ''}</p>
    </div>
  );
}
