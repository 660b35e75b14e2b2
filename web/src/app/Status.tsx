import { useT } from '../i18n/i18n';
import { useConnection, useNotify, type Notice } from './hooks';
import { CloseIcon } from './icons';
import { refusalText } from './labels';

/** The quiet line at the bottom: the connection, what was done with a way back, what failed. */
export function Status({ notice }: { notice: Notice | null }) {
  const t = useT();
  const notify = useNotify();
  const connection = useConnection();
  return (
    <div className="status" role="status">
      {(connection === 'reconnecting' || connection === 'offline') && <p className="reconnecting">{t('status.reconnecting')}</p>}
      {notice && (
        <p className="notice">
          <span>
            {'done' in notice
              ? notice.done
              : notice.refusal
                ? refusalText(t, notice.refusal)
                : t('status.failed')}
          </span>
          {'done' in notice && notice.undo && <button onClick={notice.undo}>{t('status.undo')}</button>}
          <button className="icon" onClick={() => notify(null)} aria-label={t('status.dismiss')}>
            <CloseIcon />
          </button>
        </p>
      )}
    </div>
  );
}
