import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import type { Permission, User } from '../api/types';
import { useSession } from './hooks';
import { SendIcon, VideoIcon } from './icons';
import { denialText, nameOf, permissionText } from './words';

/** Where one writes; or, when one may not, the reason in its place. */
export function Composer({ user, permission }: { user: User; permission: Permission | null }) {
  const { inbox } = useSession();
  const [body, setBody] = useState('');
  const [video, setVideo] = useState<{ url: string; title: string } | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const closed = permission !== null && !permission.allowed;

  useEffect(() => {
    if (!closed && matchMedia('(hover: hover)').matches) field.current?.focus();
  }, [closed]);

  if (closed) {
    return (
      <p className="denied" role="status">
        {denialText(permission.denial ?? 'NOT_ACCEPTING', user)}
      </p>
    );
  }

  const send = (event?: FormEvent) => {
    event?.preventDefault();
    const url = video?.url.trim() ?? '';
    if (body.trim() === '' && url === '') return;
    const title = video?.title.trim() || null;
    inbox.send(user.id, body.trim(), url ? { url, title, authorHandle: null } : null);
    setBody('');
    setVideo(null);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      event.currentTarget.closest('form')!.requestSubmit();
    }
  };
  return (
    <form className="composer" onSubmit={send}>
      {permission?.folder === 'REQUESTS' && <p className="hint">{permissionText(permission, user)}</p>}
      {permission && !permission.canReply && (
        <p className="hint">Nobody can message you, so {nameOf(user)} will not be able to answer.</p>
      )}
      {video && (
        <fieldset className="video-fields">
          <legend>Share a video</legend>
          <input
            type="url"
            aria-label="Address of the video"
            placeholder="https://…"
            pattern="https?://.+"
            required
            autoFocus
            value={video.url}
            onChange={(event) => setVideo({ ...video, url: event.target.value })}
          />
          <input
            aria-label="Title of the video"
            placeholder="Title"
            maxLength={300}
            value={video.title}
            onChange={(event) => setVideo({ ...video, title: event.target.value })}
          />
        </fieldset>
      )}
      <div className="row">
        <button
          type="button"
          className="icon"
          aria-label="Share a video"
          aria-pressed={video !== null}
          onClick={() => setVideo(video ? null : { url: '', title: '' })}
        >
          <VideoIcon />
        </button>
        <textarea
          ref={field}
          rows={1}
          aria-label={`Message to ${nameOf(user)}`}
          placeholder={`Message ${nameOf(user)}`}
          maxLength={4000}
          value={body}
          onChange={(event) => setBody(event.target.value)}
          onKeyDown={onKey}
        />
        <button className="icon send" aria-label="Send" disabled={body.trim() === '' && !video?.url.trim()}>
          <SendIcon />
        </button>
      </div>
    </form>
  );
}
