import type { VideoCard } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { HiddenIcon, VideoIcon } from './icons';

/**
 * A shared video. Its picture lies with another host, which is asked only when someone opens the
 * video; a hidden one stands in a request, and nothing of it can be opened.
 */
export function VideoCardView({ video, hidden }: { video: VideoCard; hidden: boolean }) {
  const t = useT();
  if (hidden) {
    return (
      <div className="video">
        <span className="cover">
          <HiddenIcon />
        </span>
        <span className="title">{t('video.untitled')}</span>
        <span className="source">{t('video.hidden')}</span>
      </div>
    );
  }
  const source = [video.authorHandle && `@${video.authorHandle}`, hostOf(video.url)].filter(Boolean).join(' · ');
  return (
    <a className="video" href={video.url} target="_blank" rel="noopener noreferrer nofollow">
      <span className="cover">
        <VideoIcon />
      </span>
      <span className="title" dir="auto">
        {video.title || t('video.untitled')}
      </span>
      <span className="source">{source}</span>
    </a>
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
