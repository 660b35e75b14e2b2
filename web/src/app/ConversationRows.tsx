import {
  createContext,
  useContext,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
  type RefObject,
} from 'react';
import { Virtualizer, type CustomItemComponentProps, type VirtualizerHandle } from 'virtua';
import type { Folder } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { ConversationItem } from './ConversationItem';
import { useActions, useFolder } from './hooks';

/** So tall is a row, in every language: list.css says the same. */
const rowHeight = 76;
/** How many rows before the end the next page is asked for. */
const ahead = 40;

interface Props {
  folder: Folder;
  person: string | null;
  /** The ids of the ticked rows; null while nothing can be ticked. */
  ticked: ReadonlySet<string> | null;
  tick(ticked: ReadonlySet<string>): void;
}

/**
 * The rows of a folder, of which only those in view exist. One of them can be tabbed to; the arrows
 * move on from there. The focus stays with its conversation when a newer one rises above it.
 */
export function ConversationRows({ folder, person, ticked, tick }: Props) {
  const t = useT();
  const actions = useActions();
  const { conversations, more } = useFolder(folder);
  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<VirtualizerHandle>(null);
  const asking = useRef(false);
  const [active, setActive] = useState<string | null>(null);
  const wanted = useRef<string | null>(null);

  const placeOf = (userId: string | null) => conversations.findIndex((c) => c.with.id === userId);
  const activeAt = Math.max(0, active !== null ? placeOf(active) : placeOf(person));
  useKeptFocus(box, conversations);

  // Back from a conversation on a narrow screen: the focus is where one left.
  const left = useRef(person);
  const focusLeft = useEffectEvent((open: string | null) => {
    if (left.current && !open && document.activeElement === document.body) focusAt(placeOf(left.current));
    left.current = open;
  });
  useEffect(() => focusLeft(person), [person]);

  const askForMore = async () => {
    const end = rows.current?.findItemIndex(rows.current.scrollOffset + rows.current.viewportSize) ?? 0;
    if (asking.current || !more || end < conversations.length - ahead) return;
    asking.current = true;
    // Scrolling on asks again.
    await actions.moreConversations(folder).catch(() => undefined);
    asking.current = false;
  };
  const fill = useEffectEvent(() => void askForMore());
  useEffect(() => fill(), [conversations.length, more]);

  const focusAt = (index: number) => {
    const conversation = conversations[index];
    if (!conversation) return;
    setActive(conversation.with.id);
    wanted.current = conversation.id;
    rows.current?.scrollToIndex(index, { align: 'nearest' });
    focusWanted();
  };
  const focusWanted = () => {
    if (!wanted.current) return;
    const link = linkOf(box.current, wanted.current);
    if (!link) return; // it comes with the scrolling
    wanted.current = null;
    link.focus({ preventScroll: true });
  };
  useLayoutEffect(focusWanted);

  const onKey = (event: KeyboardEvent) => {
    const to = { ArrowDown: activeAt + 1, ArrowUp: activeAt - 1, Home: 0, End: conversations.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    focusAt(Math.min(Math.max(to, 0), conversations.length - 1));
  };
  const toggle = (id: string) => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    tick(next);
  };
  return (
    <Size value={more ? -1 : conversations.length}>
    <div className="rows" role="presentation" ref={box} onKeyDown={onKey}>
      <Virtualizer
        ref={rows}
        as="ul"
        item={Row}
        itemSize={rowHeight}
        bufferSize={10 * rowHeight}
        data={conversations}
        keepMounted={[activeAt]}
        onScroll={() => {
          void askForMore();
          focusWanted();
        }}
      >
        {(conversation, index) => (
          <div className="row" key={conversation.id}>
            {ticked && (
              <input
                type="checkbox"
                aria-label={t('requests.tick', { name: conversation.with.displayName || conversation.with.handle })}
                checked={ticked.has(conversation.id)}
                onChange={() => toggle(conversation.id)}
              />
            )}
            <ConversationItem
              conversation={conversation}
              open={conversation.with.id === person}
              tabIndex={index === activeAt ? 0 : -1}
              focused={setActive}
            />
          </div>
        )}
      </Virtualizer>
    </div>
    </Size>
  );
}

const linkOf = (box: HTMLElement | null, id: string) => box?.querySelector<HTMLElement>(`a[data-conversation="${id}"]`);

/** How many rows there are in all; -1 while nobody knows. */
const Size = createContext(-1);

/**
 * A list item, with its place among all rows of the folder. The virtual list hides a row until it
 * has measured the row's height. The height is known here, so a row is visible and readable from
 * its first picture on.
 */
function Row({ children, style, index, ref }: CustomItemComponentProps) {
  const size = useContext(Size);
  return (
    <li
      ref={ref as Ref<HTMLLIElement>}
      style={{ ...style, visibility: 'visible' }}
      aria-posinset={index + 1}
      aria-setsize={size}
    >
      {children}
    </li>
  );
}

/** Moving an element on the page takes the focus from it; this gives it back. */
function useKeptFocus(box: RefObject<HTMLElement | null>, order: unknown) {
  const held = box.current?.contains(document.activeElement)
    ? (document.activeElement as HTMLElement).dataset['conversation']
    : undefined;
  useLayoutEffect(() => {
    if (held && document.activeElement === document.body) linkOf(box.current, held)?.focus({ preventScroll: true });
  }, [box, held, order]);
}
