import { memo } from 'react';
import type { User } from '@aparte/client';

/**
 * Initials on a colour of the person's own. Pictures lie with other hosts, and none is asked for
 * anything.
 */
export const Avatar = memo(function Avatar({ user }: { user: User }) {
  const initials = (user.displayName || user.handle || '?')
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
});
