import type { Conversation, Person, User } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Avatar } from './Avatar';
import { nameOf, permissionText } from './labels';

interface Props {
  user: User;
  person: Person | null;
  /** The code by which they came. */
  came: Conversation['contactCodeRedemption'];
}

/**
 * Stands above the first message: who this is, and before there is any, what would become of one.
 */
export function Intro({ user, person, came }: Props) {
  const t = useT();
  return (
    <div className="intro">
      <Avatar user={user} />
      <p className="lead" dir="auto">
        {nameOf(user, t)}
      </p>
      {came && <p className="soft">{t('codes.cameBy', { label: came.label })}</p>}
      <p className="soft">{person?.viewerCanMessage.allowed ? permissionText(t, person.viewerCanMessage, user) : ''}</p>
    </div>
  );
}
