import { useEffect, useEffectEvent, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import type { Permission, Person, User } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { useDraft } from './drafts';
import { useActions, useAttempt, useConversationWith } from './hooks';
import { SendIcon, VideoIcon } from './icons';
import { Link } from './Link';
import { settingsPath } from './route';
import { denialText, nameOf, permissionText } from './labels';

interface Props {
  user: User;
  permission: Permission | null;
  /** Is this a request of theirs? Then to write is to accept. */
  request: boolean;
  /** The contact code that the writer was given to be admitted with. */
  contactCode?: string;
  sent?(): void;
  /** How one stands to them was changed from here. */
  changed?(person: Person): void;
}

/** Where one writes; or, when one may not, the reason in its place. */
export function Composer({ user, permission, request, contactCode, sent, changed }: Props) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const [body, setBody] = useDraft(user.id);
  const [video, setVideo] = useState<{ url: string; title: string } | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const conversation = useConversationWith(user.id)?.id;
  const closed = permission !== null && !permission.allowed;
  const name = nameOf(user, t);

  const focusField = useEffectEvent(() => {
    if (!request && matchMedia('(hover: hover)').matches) field.current?.focus({ preventScroll: true });
  });
  useEffect(() => {
    if (!closed) focusField();
  }, [closed]);

  if (closed) {
    return (
      <p className="denied" role="status">
        {denialText(t, permission.denial ?? 'NOT_ACCEPTING', user)}{' '}
        {permission.denial === 'VIEWER_BLOCKS_THEM' && changed && (
          <button onClick={() => attempt(actions.unblock(user.id).then(changed))}>{t('menu.unblock')}</button>
        )}
        {permission.denial === 'SUSPENDED' && (
          <Link className="inline" to={settingsPath('notices')}>
            {t('denial.why')}
          </Link>
        )}
      </p>
    );
  }

  const send = (event?: FormEvent) => {
    event?.preventDefault();
    const url = video?.url.trim() ?? '';
    if (body.trim() === '' && url === '') return;
    const title = video?.title.trim() || null;
    actions.send({
      to: user.id,
      body: body.trim(),
      video: url ? { url, title, authorHandle: null, thumbnailUrl: null } : null,
      ...(contactCode && { contactCode }),
    });
    setBody('');
    setVideo(null);
    if (sent) return sent();
    if (document.activeElement !== field.current) field.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      event.currentTarget.closest('form')!.requestSubmit();
    }
  };
  return (
    <form className="composer" onSubmit={send}>
      {permission?.folder === 'REQUESTS' && <p className="hint">{permissionText(t, permission, user)}</p>}
      {permission && !permission.canReply && <p className="hint">{t('composer.noReply', { name })}</p>}
      {video && (
        <fieldset className="video-fields">
          <legend>{t('composer.video')}</legend>
          <input
            type="url"
            aria-label={t('composer.videoUrl')}
            placeholder="https://…"
            pattern="https?://.+"
            required
            // eslint-disable-next-line jsx-a11y/no-autofocus -- the button that was just pressed opened this field
            autoFocus
            value={video.url}
            onChange={(event) => setVideo({ ...video, url: event.target.value })}
          />
          <input
            aria-label={t('composer.videoTitle')}
            placeholder={t('composer.videoTitleHint')}
            maxLength={300}
            value={video.title}
            onChange={(event) => setVideo({ ...video, title: event.target.value })}
          />
        </fieldset>
      )}
      <div className="bar">
        <button
          type="button"
          className="icon"
          aria-label={t('composer.video')}
          aria-pressed={video !== null}
          onClick={() => setVideo(video ? null : { url: '', title: '' })}
        >
          <VideoIcon />
        </button>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={t('composer.label', { name })}
          placeholder={t(request ? 'composer.placeholderRequest' : 'composer.placeholder')}
          maxLength={4000}
          value={body}
          onChange={(event) => {
            setBody(event.target.value);
            if (conversation && !request && event.target.value.trim() !== '') actions.typing(conversation);
          }}
          onKeyDown={onKey}
        />
        <button
          className="icon send"
          aria-label={t('composer.send')}
          // The focus stays where one writes, and so does a phone's keyboard.
          onMouseDown={(event) => event.preventDefault()}
          disabled={body.trim() === '' && !video?.url.trim()}
        >
          <SendIcon />
        </button>
      </div>
    </form>
  );
}
