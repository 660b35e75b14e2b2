import type { VideoCard } from '../api/types';
import { VideoIcon } from './icons';

/** A shared video. Its picture lies with another host, which is asked only when someone opens the video. */
export function VideoCardView({ video }: { video: VideoCard }) {
  return (
    <a className="video" href={video.url} target="_blank" rel="noopener noreferrer nofollow">
      <span className="cover">
        <VideoIcon />
      </span>
      <span className="title">{video.title || 'Video'}</span>
      <span className="source">
        {video.authorHandle && `@${video.authorHandle} · `}
        {hostOf(video.url)}
      </span>
    </a>
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
