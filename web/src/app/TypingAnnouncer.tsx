import { useEffect, useRef, useState } from 'react';
import type { User } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { useTyping } from './hooks';
import { nameOf } from './labels';

/** A person who pauses and goes on typing is not announced again before this. */
const silenceMs = 60_000;

/**
 * Tells screen readers of the open conversation that the other begins to write: once, or it would
 * talk all the time.
 */
export function TypingAnnouncer({ user }: { user: User }) {
  const t = useT();
  const typing = useTyping(user.id);
  const announced = useRef(-Infinity);
  const [said, say] = useState(false);
  useEffect(() => {
    const due = typing && performance.now() - announced.current >= silenceMs;
    if (due) announced.current = performance.now();
    say(due);
  }, [typing]);
  return (
    <div className="hidden-text" aria-live="polite">
      {said && t('announce.typing', { name: nameOf(user, t) })}
    </div>
  );
}
