import { lazy, Suspense, useDeferredValue, useEffect, useRef, useState } from 'react';
import type { Conversation, Person } from '@aparte/client';
import { useT, type Translate } from '../i18n/i18n';
import { Avatar } from './Avatar';
import { Composer } from './Composer';
import { useActions, useConnection, useConversationWith, useMe, useOutgoing, useSettings, useTyping } from './hooks';
import { BackIcon, MoreIcon, PersonIcon } from './icons';
import { Messages } from './Messages';
import { RequestBar } from './RequestBar';
import { TypingAnnouncer } from './TypingAnnouncer';
import { nameOf } from './labels';

// The menu's library is larger than all of this: it comes when the menu is about to be opened.
const loadMenu = () => import('./PersonMenu');
const PersonMenu = lazy(loadMenu);

/** The conversation with one person, also before its first message. */
export function ConversationView({ userId, back }: { userId: string; back(): void }) {
  const t = useT();
  const me = useMe();
  const conversation = useConversationWith(userId);
  const [person, setPerson, missing] = usePerson(userId);
  const user = person ?? conversation?.with;
  const request = conversation?.folder === 'REQUESTS' || conversation?.folder === 'HIDDEN';
  // The other person is drawn at once; the messages take longer, and come right after.
  const entered = useDeferredValue(true, false);
  if (!user || !me) {
    return (
      <section className="conversation" aria-label={t('conversation.label')} aria-busy={!missing}>
        {!missing && (
          <header>
            <Back back={back} />
          </header>
        )}
        {missing && (
          <div className="blank">
            <PersonIcon />
            <h2 className="lead">{t('conversation.missing')}</h2>
            <p className="soft">{t('conversation.missingHint')}</p>
            <button onClick={back}>{t('conversation.back')}</button>
          </div>
        )}
      </section>
    );
  }
  const name = nameOf(user, t);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape comes from whatever has the focus inside
    <section
      className="conversation"
      aria-label={t('conversation.with', { name })}
      onKeyDown={(event) => event.key === 'Escape' && !event.defaultPrevented && back()}
    >
      <header>
        <Back back={back} />
        <Avatar user={user} />
        <Heading name={name} about={about(t, person, user.handle, conversation?.contactCodeRedemption)} userId={userId} entered={entered} />
        {person && <Menu person={person} changed={setPerson} />}
      </header>
      {entered ? (
        <>
          <TypingAnnouncer key={userId} user={user} />
          <Messages conversation={conversation} user={user} person={person} />
          {conversation && request && <RequestBar conversation={conversation} back={back} />}
          <Composer user={user} permission={person?.viewerCanMessage ?? null} request={request} changed={setPerson} />
        </>
      ) : (
        <div className="messages-frame" aria-busy="true" />
      )}
    </section>
  );
}

function Back({ back }: { back(): void }) {
  const t = useT();
  return (
    <button className="icon back" onClick={back} aria-label={t('conversation.back')}>
      <BackIcon />
    </button>
  );
}

/**
 * Where the focus goes when the list that one came from is gone and there is nothing to write into.
 */
function Heading({ name, about, userId, entered }: { name: string; about: string; userId: string; entered: boolean }) {
  const t = useT();
  const typing = useTyping(userId);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const held = document.activeElement;
    // An element that is not drawn any more still counts as focused until the next frame.
    if (entered && (held === document.body || !held?.checkVisibility())) heading.current!.focus({ preventScroll: true });
  }, [entered]);
  return (
    <h2 ref={heading} tabIndex={-1}>
      <span dir="auto">{name}</span>
      <small className={typing ? 'typing' : undefined}>{typing ? t('conversation.typing') : about}</small>
    </h2>
  );
}

function about(t: Translate, person: Person | null, handle: string, came: Conversation['contactCodeRedemption']): string {
  if (!handle) return '';
  // Isolated, or the sign moves to the other end among words that are read from the right.
  const said = [`\u2066@${handle}\u2069`];
  if (person?.viewerFollows) said.push(t(person.followsViewer ? 'relation.friend' : 'relation.youFollow'));
  else if (person?.followsViewer) said.push(t('relation.followsYou'));
  if (came) said.push(t('codes.cameBy', { label: came.label }));
  return said.join(' · ');
}

/** A button until it is wanted, then the menu in its place. */
function Menu({ person, changed }: { person: Person; changed(person: Person): void }) {
  const t = useT();
  const [wanted, setWanted] = useState(false);
  const label = t('menu.label', { name: nameOf(person, t) });
  const button = (
    <button
      className="icon"
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={loadMenu}
      onFocus={loadMenu}
      onClick={() => setWanted(true)}
    >
      <MoreIcon />
    </button>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <PersonMenu label={label} person={person} changed={changed} />
    </Suspense>
  );
}

/** How the viewer stands to someone, asked anew whenever something may have changed it. */
function usePerson(userId: string): [Person | null, (person: Person) => void, boolean] {
  const actions = useActions();
  const [person, setPerson] = useState<Person | null>(null);
  const [missing, setMissing] = useState(false);
  const conversation = useConversationWith(userId);
  const refusals = useOutgoing(userId).filter((o) => o.failure).length;
  // Whether one may write changes with what either side does; these are the traces it leaves here.
  const traces = JSON.stringify([
    conversation?.lastMessage?.seq,
    conversation?.folder,
    conversation?.with.viewerHasBlocked,
    useSettings()?.whoCanMessageMe,
    useConnection(),
    refusals,
  ]);
  useEffect(() => {
    let current = true;
    actions.person(userId).then(
      (found) => {
        if (!current) return;
        setPerson(found);
        setMissing(found === null);
      },
      () => undefined, // asked again at the next trace, at the latest when the connection is back
    );
    return () => {
      current = false;
    };
  }, [actions, userId, traces]);
  return [person, setPerson, missing];
}
