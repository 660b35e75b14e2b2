import { useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Conversation, Message, Outgoing, Person, User } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Intro } from './Intro';
import { useOneEndAtATime } from './listEnds';
import { useOutgoing, useThread } from './hooks';
import { DownIcon, UpIcon } from './icons';
import { MessageRow, type Sending } from './MessageRow';
import { useFirstUnread, useStickToBottom, usePages, useReading } from './reading';
import { closeInTime, sameDay } from './time';

type Item = Message | Outgoing;
const seqOf = (item: Item | undefined): number | undefined => (item && 'seq' in item ? item.seq : undefined);
const timeOf = (item: Item): string => ('seq' in item ? item.createdAt : item.at);

/**
 * The rows of the oldest page that is here are drawn although they are out of view: one that is
 * measured only when it comes into view moves what stands there.
 */
const oldest = Array.from({ length: 60 }, (_, i) => i);

interface Props {
  conversation: Conversation | undefined;
  user: User;
  person: Person | null;
}

/** The messages with one person, of which only those in view are on the page. */
export function Messages({ conversation, user, person }: Props) {
  const t = useT();
  const id = conversation?.id;
  const { messages, loaded, before: more, after } = useThread(id);
  const outgoing = useOutgoing(user.id);
  const mine = (item: Item) => !('seq' in item) || item.sender.id !== user.id;
  // The key outlives the change from "on its way" to "sent", so nothing jumps.
  const keyOf = (item: Item | 'intro') =>
    item === 'intro' ? item : mine(item) ? item.clientMessageId : `${user.id} ${item.clientMessageId}`;
  // The beginning is a row of its own: it is measured, and makes room, like the messages of an
  // older page.
  const { list, above } = useOneEndAtATime<Item | 'intro'>(
    [...(loaded && !more && messages.length + outgoing.length > 0 ? ['intro' as const] : []), ...(loaded ? messages : []), ...outgoing],
    keyOf,
  );
  const hasIntro = list[0] === 'intro';
  const items = (hasIntro ? list.slice(1) : list) as readonly Item[];
  const here = loaded || !id;
  const came = conversation?.contactCodeRedemption;

  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<VirtualizerHandle>(null);
  useReading(conversation, loaded && !after ? (messages.at(-1)?.seq ?? 0) : 0);
  const pages = usePages(id, box);
  const bottom = useStickToBottom(box, here, after);
  const unread = useFirstUnread(conversation, rows, seqOf(items[0]), hasIntro ? 1 : 0, pages, bottom.leave);

  const lastMine = items.findLast(mine);
  const readSeq = conversation?.theirReadSeq ?? 0;
  const lastRead = readSeq > 0 ? messages.findLast((m) => m.seq <= readSeq && mine(m)) : undefined;
  const sending = (item: Item): Sending => {
    if (!('seq' in item)) return item.failure ? 'refused' : 'sending';
    if (item === lastRead) return 'read';
    return item === lastMine ? 'sent' : null;
  };
  const joins = (a: Item, b: Item) =>
    mine(a) === mine(b) && closeInTime(timeOf(a), timeOf(b)) && sameDay(timeOf(a), timeOf(b));
  const onScroll = () => {
    bottom.scrolled();
    unread.scrolled();
    pages.scrolled();
  };
  return (
    <div className="messages-frame">
      <div
        className={bottom.placed ? 'messages' : 'messages placing'}
        ref={box}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={t('messages.label')}
        aria-busy={!here}
      >
        <div className="grow" />
        {here && items.length === 0 && <Intro user={user} person={person} came={came} />}
        <Virtualizer
          ref={rows}
          data={list}
          bufferSize={800}
          keepMounted={oldest}
          shift={above}
          onScroll={onScroll}
          scrollRef={box}
        >
          {(item, index) => {
            if (item === 'intro') return <Intro key={item} user={user} person={null} came={came} />;
            const at = hasIntro ? index - 1 : index;
            const before = items[at - 1];
            const after = items[at + 1];
            const newDay = !before || !sameDay(timeOf(before), timeOf(item));
            const firstUnread = unread.seq !== undefined && seqOf(item) === unread.seq;
            return (
              <MessageRow
                key={keyOf(item)}
                item={item}
                mine={mine(item)}
                newDay={newDay}
                firstUnread={firstUnread}
                together={!newDay && !firstUnread && joins(before, item)}
                last={!after || !joins(item, after)}
                sending={mine(item) ? sending(item) : null}
                user={user}
              />
            );
          }}
        </Virtualizer>
      </div>
      {unread.above && (
        <button className="jump up" onClick={unread.jump}>
          <UpIcon />
          {t('messages.unread', { count: unread.count })}
        </button>
      )}
      {(bottom.away || after) && (
        <button className="jump down" onClick={() => bottom.jump(pages.newest)}>
          <DownIcon />
          {t('messages.newest')}
        </button>
      )}
    </div>
  );
}
