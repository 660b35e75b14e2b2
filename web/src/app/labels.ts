import type { Audience, Conversation, DenialCode, Folder, Permission, Refusal, Relation, Route, User } from '@aparte/client';
import type { Locale, Translate } from '../i18n/i18n';
import { senderContextLine } from './senderContext';

// The names on screen of the API's values. The sentences are in src/i18n.

export const audiences: Audience[] = [
  'EVERYONE',
  'FOLLOWERS',
  'SUGGESTED_FRIENDS',
  'FRIENDS',
  'PEOPLE_I_MESSAGED',
  'NO_ONE',
  'CUSTOM',
];
export const relations: Relation[] = ['KNOWN', 'FRIEND', 'FOLLOWED', 'SUGGESTED', 'FOLLOWER', 'STRANGER'];
export const routes: Route[] = ['INBOX', 'REQUESTS', 'HIDDEN', 'REFUSE'];

export const folderName = (t: Translate, folder: Folder) => t(`folder.${folder}`);
export const audienceName = (t: Translate, audience: Audience) => t(`audience.${audience}`);

export function nameOf(user: User, t: Translate): string {
  return user.displayName || user.handle || t('person.deleted');
}

export function denialText(t: Translate, denial: DenialCode, user: User): string {
  return t(`denial.${denial}`, { name: nameOf(user, t) });
}

/** Says in one line how a message would be treated. */
export function permissionText(t: Translate, permission: Permission, user: User): string {
  if (!permission.allowed) return denialText(t, permission.denial ?? 'NOT_ACCEPTING', user);
  if (permission.folder === 'INBOX') return t('permission.inbox');
  if (permission.remaining === null) return t('permission.request');
  return t('permission.requestLeft', { count: permission.remaining });
}

/** Why something did not happen, in the reader's language; the server's own sentence is English. */
export function refusalText(t: Translate, refusal: Refusal, user?: User): string {
  if (refusal.denial) return user ? denialText(t, refusal.denial, user) : t('refusal.MESSAGE_NOT_ALLOWED');
  switch (refusal.code) {
    case 'RATE_LIMITED':
      return t('refusal.RATE_LIMITED', { seconds: refusal.retryAfterSeconds ?? 1 });
    case 'NOT_FOUND':
    case 'INVALID_INPUT':
    case 'IDEMPOTENCY_CONFLICT':
    case 'UNAUTHENTICATED':
      return t(`refusal.${refusal.code}`);
    default:
      return t('refusal.other');
  }
}

/** The text under the name in a list. */
export function lastLine(locale: Locale, conversation: Conversation, me: string | undefined): string {
  const { t } = locale;
  const last = conversation.lastMessage;
  if (!last) return '';
  if (last.removed) return t('list.removed');
  if (last.withheld) return conversation.senderContext ? senderContextLine(locale, conversation.senderContext) : t('list.withheld');
  const text = last.body || t('list.video', { title: last.video?.title || t('video.untitled') });
  return last.sender.id === me ? t('list.mine', { text }) : text;
}
