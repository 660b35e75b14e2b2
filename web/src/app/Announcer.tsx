import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useT } from '../i18n/i18n';
import { useFolder, useMe, useUnread } from './hooks';
import { nameOf } from './labels';

/**
 * Tells screen readers what arrives. The lists themselves are silent: a virtual list adds and
 * removes rows as it is scrolled, and all of that would be read out.
 */
export function Announcer() {
  const t = useT();
  const me = useMe()?.id;
  const inbox = useFolder('INBOX');
  const { requests } = useUnread();
  const [said, say] = useState('');
  const newest = inbox.conversations[0];
  const last = newest?.lastMessage;
  const lastKey = newest && last ? `${newest.id} ${last.seq}` : undefined;
  const heard = useRef({ message: '', requests: 0, ready: false });

  const announce = useEffectEvent((loaded: boolean, key = '', waiting: number) => {
    if (!loaded) return;
    const before = heard.current;
    heard.current = { message: key, requests: waiting, ready: true };
    if (!before.ready) return;
    if (newest && last && key !== before.message && last.sender.id !== me && !newest.muted && newest.unreadCount > 0) {
      const text = last.removed ? t('list.removed') : last.body || t('list.video', { title: last.video?.title || t('video.untitled') });
      say(t('announce.message', { name: nameOf(newest.with, t), text }));
    } else if (waiting > before.requests) {
      say(t('announce.request'));
    }
  });
  useEffect(() => announce(inbox.loaded, lastKey, requests), [inbox.loaded, lastKey, requests]);

  return (
    <div className="hidden-text" aria-live="polite">
      {said}
    </div>
  );
}
