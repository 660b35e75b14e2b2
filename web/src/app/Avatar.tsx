import type { User } from '../api/types';
import { nameOf } from './words';

/** Initials on a colour of the person's own. Pictures lie with other hosts, and none is asked for anything. */
export function Avatar({ user }: { user: User }) {
  const initials = nameOf(user)
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('');
  let hash = 0;
  for (const c of user.id) hash = (hash * 31 + c.codePointAt(0)!) >>> 0;
  return (
    <span className={`avatar avatar-${hash % 6}`} aria-hidden="true">
      {initials}
    </span>
  );
}
