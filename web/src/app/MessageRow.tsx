import { memo, useState } from 'react';
import type { Message, Outgoing, User } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Confirm } from './Dialog';
import { useActions, useAttempt } from './hooks';
import { UndoIcon } from './icons';
import { useTimes } from './time';
import { VideoCardView } from './VideoCardView';
import { nameOf, refusalText } from './labels';

/** How far one's own message has come; null where it need not be said. */
export type Sending = 'sending' | 'sent' | 'read' | 'refused' | null;

interface Props {
  item: Message | Outgoing;
  mine: boolean;
  newDay: boolean;
  firstUnread: boolean;
  /** It stands close under one of the same person. */
  together: boolean;
  /** It is the last of those that stand together. */
  last: boolean;
  sending: Sending;
  user: User;
}

export const MessageRow = memo(function MessageRow(props: Props) {
  const { item, mine, newDay, firstUnread, together, last, sending, user } = props;
  const t = useT();
  const times = useTimes();
  const at = 'seq' in item ? item.createdAt : item.at;
  const removed = 'seq' in item && item.removed;
  const classes = ['message', mine ? 'mine' : 'theirs'];
  if (together) classes.push('together');
  if (last) classes.push('last');
  if (sending === 'sending' || sending === 'refused') classes.push(sending);
  return (
    <div className="message-row">
      {newDay && <h3 className="day">{times.day(at)}</h3>}
      {firstUnread && (
        <p className="first-unread">
          <span>{t('messages.new')}</span>
        </p>
      )}
      <article className={classes.join(' ')} data-seq={'seq' in item ? item.seq : undefined}>
        <span className="hidden-text">{t('messages.by', { name: mine ? t('person.you') : nameOf(user, t) })}</span>
        {removed && <p className="body gone">{t('list.removed')}</p>}
        {item.video && <VideoCardView video={item.video} hidden={'seq' in item && item.linksHidden} />}
        {item.body && (
          <p className="body" dir="auto">
            {item.body}
          </p>
        )}
        {mine && 'seq' in item && !removed && <TakeBack message={item} />}
        <footer className={last || sending ? undefined : 'hidden-text'}>
          <time dateTime={at} title={times.full(at)}>
            {times.clock(at)}
          </time>
          {sending && sending !== 'refused' && <span className="sending-state">{t(`sending.${sending}`)}</span>}
        </footer>
      </article>
      {!('seq' in item) && item.failure && <Refused outgoing={item} user={user} />}
    </div>
  );
});

/** Beside one's own message, while someone points at it or has the focus on it. */
function TakeBack({ message }: { message: Message }) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button className="icon take-back" aria-label={t('unsend.action')} title={t('unsend.action')} onClick={() => setAsking(true)}>
        <UndoIcon />
      </button>
      {asking && (
        <Confirm
          title={t('unsend.title')}
          text={t('unsend.text')}
          act={t('unsend.action')}
          run={() => void attempt(actions.unsend(message.id))}
          close={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Refused({ outgoing, user }: { outgoing: Outgoing; user: User }) {
  const t = useT();
  const actions = useActions();
  return (
    <p className="why" role="alert">
      {t('sending.refused')} {refusalText(t, outgoing.failure!, user)}
      <button className="plain" onClick={() => actions.retry(outgoing.clientMessageId)}>
        {t('sending.retry')}
      </button>
      <button className="plain" onClick={() => actions.discard(outgoing.clientMessageId)}>
        {t('sending.discard')}
      </button>
    </p>
  );
}
