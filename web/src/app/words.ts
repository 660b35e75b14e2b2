import type { Audience, Denial, Folder, Permission, Relation, Route, User } from '../api/types';

export const folderNames: Record<Folder, string> = {
  INBOX: 'Inbox',
  REQUESTS: 'Requests',
  HIDDEN: 'Hidden',
  ARCHIVE: 'Archive',
};

export const emptyFolder: Record<Folder, string> = {
  INBOX: 'No conversations yet.',
  REQUESTS: 'Nobody is asking to write to you.',
  HIDDEN: 'Nothing is hidden.',
  ARCHIVE: 'Nothing is archived.',
};

export const audiences: { audience: Audience; name: string; meaning: string }[] = [
  {
    audience: 'EVERYONE',
    name: 'Everyone',
    meaning: 'Friends and people you follow reach your inbox. Everyone else can send a request.',
  },
  {
    audience: 'FOLLOWERS',
    name: 'My followers',
    meaning: 'Friends and people you follow reach your inbox. Followers and suggested friends can send a request.',
  },
  {
    audience: 'SUGGESTED_FRIENDS',
    name: 'Suggested friends',
    meaning: 'Friends and people you follow reach your inbox. Suggested friends can send a request.',
  },
  {
    audience: 'FRIENDS',
    name: 'Friends',
    meaning: 'Only people you follow who follow you back.',
  },
  {
    audience: 'PEOPLE_I_MESSAGED',
    name: 'People I have written to',
    meaning: 'Nobody new can write first. You can write to others, and they can answer.',
  },
  {
    audience: 'NO_ONE',
    name: 'No one',
    meaning: 'No new messages, not in old conversations either. You can still read those.',
  },
  { audience: 'CUSTOM', name: 'Let me choose', meaning: 'Decide for each kind of person.' },
];

export const relationNames: Record<Relation, string> = {
  KNOWN: 'People I have written to',
  FRIEND: 'Friends',
  FOLLOWED: 'People I follow',
  SUGGESTED: 'Suggested friends',
  FOLLOWER: 'My followers',
  STRANGER: 'Everyone else',
};

export const routeNames: Record<Route, string> = {
  INBOX: 'Inbox',
  REQUESTS: 'Request',
  HIDDEN: 'Hidden request',
  REFUSE: 'Not at all',
};

const denials: Record<Denial, (name: string) => string> = {
  NOT_ACCEPTING: (name) => `${name} does not accept messages from you.`,
  REQUEST_LIMIT: (name) => `Your request is waiting. You can write again when ${name} answers or accepts.`,
  OUTREACH_LIMIT: () => 'You have written to many new people. Try again later.',
  AGE_RESTRICTED: () => 'Messages are off for your age.',
  VIEWER_BLOCKS_THEM: (name) => `You have blocked ${name}. Unblock to write.`,
  SELF: () => 'This is you.',
};

export function denialText(denial: Denial, user: User): string {
  return denials[denial](nameOf(user));
}

/** What would happen to a message, in one line. */
export function permissionText(permission: Permission, user: User): string {
  if (!permission.allowed) return denialText(permission.denial ?? 'NOT_ACCEPTING', user);
  if (permission.folder === 'INBOX') return 'Reaches their inbox.';
  const left = permission.remaining;
  if (left === null) return 'Arrives as a request.';
  return `Arrives as a request: ${left} ${left === 1 ? 'message' : 'messages'} until they answer.`;
}

export function nameOf(user: User): string {
  return user.displayName || user.handle || 'Deleted person';
}

export function count(n: number): string {
  return n > 99 ? '99+' : String(n);
}
