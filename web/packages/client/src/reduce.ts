import type { Action, Answer, Shared, Snapshot } from './actions.js';
import { comparePlaces, conversationWith, folders, type Listing, type State } from './state.js';
import * as threads from './thread.js';
import type { Conversation, Folder, InboxEvent, Message, MessagePreview, User } from './types.js';
import { Working } from './working.js';

/** As many conversations as keep their messages; the one that was opened longest ago goes first. */
const openThreads = 20;
const deliveredKept = 200;
/** That someone is writing, said this soon after their message, is said of that message. */
const overtakenMs = 1_000;

/**
 * The one place where a State changes. Pure: the same state and actions give the same state.
 *
 * Events tell of every change, in order, with the whole state of what they touch; an answer tells
 * of the time when it was read, and may arrive after events that are newer. So what an event (or a
 * later answer) has touched after the question was asked wins over the answer, and everything else
 * of the answer is at least as new as what was known. An answer that is ahead of the log is
 * overtaken by the events on their way, which end at the same state. Hence any interleaving of
 * pages, answers and events ends at the server's inbox.
 */
export function reduce(state: State, actions: readonly Action[]): State {
  const next = new Working(state);
  for (const action of actions) apply(next, action);
  return next.state;
}

function apply(w: Working, action: Action) {
  switch (action.type) {
    case 'loaded':
      return load(w, action.snapshot);
    case 'shared':
      return share(w, action.shared);
    case 'event':
      return event(w, action.event);
    case 'asked':
      return w.set('open', w.state.open + 1);
    case 'answered':
      if (action.answer) answered(w, action.answer, action.tick);
      w.set('open', w.state.open - 1);
      if (w.state.open === 0) w.forget();
      return;
    case 'opened':
      return opened(w, action.id);
    case 'outbox': {
      const accepted = w.state.outgoing.filter((o) => o.accepted);
      const done = new Set([...w.state.delivered, ...accepted.map((o) => o.clientMessageId)]);
      return w.set('outgoing', [...accepted, ...action.outgoing.filter((o) => !done.has(o.clientMessageId))]);
    }
    case 'draft':
      if (action.text) w.own('drafts').set(action.to, action.text);
      else w.own('drafts').delete(action.to);
      return;
    case 'drafts':
      return w.set('drafts', action.drafts);
    case 'typing':
      return typing(w, action);
    case 'status':
      return w.set('status', action.status);
  }
}

// ------------------------------------------------------------ all at once

/**
 * Begins anew. Outgoing messages and drafts stay: they are the viewer's, not the server's.
 */
function load(w: Working, snapshot: Snapshot) {
  w.clearInbox();
  w.set('me', snapshot.me);
  w.set('settings', snapshot.settings);
  w.set('unread', snapshot.unread);
  w.set('cursor', snapshot.cursor);
  for (const folder of folders) {
    const { nodes, pageInfo } = snapshot.folders[folder];
    for (const conversation of nodes) putConversation(w, conversation);
    const last = nodes.at(-1);
    const next = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    list(w, folder, next, next && last ? { lastActivityAt: last.lastActivityAt, id: last.id } : null);
  }
  outdateThreads(w);
}

function share(w: Working, shared: Shared) {
  w.clearInbox();
  w.adopt(shared);
  outdateThreads(w);
}

/** Messages may have come, and gone, while nobody listened. */
function outdateThreads(w: Working) {
  w.set('outgoing', w.state.outgoing.filter((o) => !o.accepted));
  for (const [id, thread] of w.state.threads) {
    if (w.state.conversations.has(id)) w.own('threads').set(id, threads.outdated(thread, w.state.tick));
    else w.own('threads').delete(id);
  }
}

// ------------------------------------------------------------ events

function event(w: Working, e: InboxEvent) {
  w.tick();
  w.touch('unread');
  w.set('cursor', e.cursor);
  const { conversations, requests, messages } = e.unread;
  w.set('unread', { conversations, requests, messages });
  switch (e.__typename) {
    case 'MessageAdded':
      putConversation(w, e.conversation);
      return e.message ? putMessage(w, e.message) : putWithheld(w, e.conversation);
    case 'MessageRemoved':
      return e.message ? removeWords(w, e.message) : undefined;
    case 'ConversationChanged':
      return putConversation(w, e.conversation);
    case 'ConversationRemoved':
      return removeConversation(w, e.conversationId);
    case 'NoticesChanged':
      return w.set('noticesChanged', w.state.noticesChanged + 1);
    case 'SettingsChanged':
      w.touch('settings');
      return w.set('settings', e.settings);
  }
}

/**
 * A short message may overtake the typing signal for it, which is then out of date. Both times are
 * the server's. A sender who really goes on typing signals it again.
 */
function typing(w: Working, { userId, said, at }: Extract<Action, { type: 'typing' }>) {
  const last = conversationWith(w.state, userId)?.lastMessage;
  if (last?.sender.id === userId && Date.parse(said) - Date.parse(last.createdAt) < overtakenMs) return;
  w.own('typing').set(userId, at);
}

function putMessage(w: Working, message: Message) {
  // The message that the sender was typing has arrived.
  if (w.state.typing.has(message.sender.id)) w.own('typing').delete(message.sender.id);
  const thread = w.state.threads.get(message.conversationId);
  if (thread) w.own('threads').set(message.conversationId, threads.arrived(thread, message));
  if (message.sender.id === w.state.me?.id) delivered(w, message.clientMessageId);
}

/** A message of a request that has no previews: its conversation has something newer to read. */
function putWithheld(w: Working, { id, lastMessage }: Conversation) {
  const thread = w.state.threads.get(id);
  if (thread && lastMessage) w.own('threads').set(id, threads.announced(thread, lastMessage.seq));
}

/** Words that were taken back do not come back, whatever answer is still on its way with them. */
function removeWords(w: Working, message: Message) {
  if (w.state.open > 0) w.own('removed').set(message.id, message);
  const thread = w.state.threads.get(message.conversationId);
  if (thread) w.own('threads').set(message.conversationId, threads.replacedOne(thread, message));
  const conversation = w.state.conversations.get(message.conversationId);
  if (conversation?.lastMessage?.seq === message.seq) {
    replaceConversation(w, { ...conversation, lastMessage: previewOf(message) });
  }
}

function asRemoved(w: Working, message: Message): Message {
  return w.state.removed.get(message.id) ?? message;
}

/** The preview, without its text and video if an event said that they were removed. */
function previewAsRemoved(w: Working, conversationId: string, preview: MessagePreview): MessagePreview {
  for (const message of w.state.removed.values()) {
    if (message.conversationId === conversationId && message.seq === preview.seq) return previewOf(message);
  }
  return preview;
}

function previewOf({ seq, sender, body, video, createdAt, removed }: Message): MessagePreview {
  return { seq, sender, body, video, createdAt, removed, withheld: false };
}

function delivered(w: Working, clientMessageId: string) {
  w.set('delivered', [...w.state.delivered.slice(1 - deliveredKept), clientMessageId]);
  if (w.state.outgoing.some((o) => o.clientMessageId === clientMessageId)) {
    w.set('outgoing', w.state.outgoing.filter((o) => o.clientMessageId !== clientMessageId));
  }
}

// ------------------------------------------------------------ answers

function answered(w: Working, answer: Answer, asked: number) {
  w.tick();
  if (asked >= w.state.loadedAt) tell(w, answer, asked);
  if (answer.messages) putMessages(w, answer.messages, asked);
  if (answer.sent) sent(w, asRemoved(w, answer.sent), asked);
  if (answer.unsent) removeWords(w, answer.unsent);
}

/** Applies the answer's values of the inbox, as far as nothing newer is known. */
function tell(w: Working, answer: Answer, asked: number) {
  const news = (key: string) => !w.touchedSince(key, asked);
  if (answer.unread && news('unread')) {
    w.touch('unread');
    w.set('unread', answer.unread);
  }
  if (answer.settings && news('settings')) {
    w.touch('settings');
    w.set('settings', answer.settings);
  }
  if (answer.user && news(answer.user.id)) putUser(w, answer.user);
  const known = w.state.conversations;
  for (const conversation of answer.conversations ?? []) {
    if (news(conversation.id)) putConversation(w, conversation);
    // A person may have changed since, although the conversation has not.
    else if (known.has(conversation.id) && news(conversation.with.id)) putUser(w, conversation.with);
    if (conversation.contactCodeRedemption) came(w, conversation);
  }
  for (const id of answer.removed ?? []) if (news(id)) removeConversation(w, id);
  if (answer.folder) {
    const { folder, after, next, end } = answer.folder;
    if (w.state.folders[folder].next === after) list(w, folder, next, end);
  }
}

function putMessages(w: Working, given: NonNullable<Answer['messages']>, asked: number) {
  const thread = w.state.threads.get(given.id);
  if (!thread || thread.since > asked) return;
  const page = { ...given.page, nodes: given.page.nodes.map((m) => asRemoved(w, m)) };
  const next =
    given.where === 'before'
      ? threads.extendedBefore(thread, page)
      : given.where === 'after'
        ? threads.extendedAfter(thread, page, given.from, given.newest)
        : threads.replaced(thread, page);
  w.own('threads').set(given.id, next);
  for (const { clientMessageId, sender } of w.state.outgoing.length > 0 ? page.nodes : []) {
    if (sender.id === w.state.me?.id) delivered(w, clientMessageId);
  }
}

/**
 * A message that was accepted takes its place if it is the next one. If not, events before it are
 * on their way, and its own is behind them: it stays among what goes out until then, so that
 * nothing jumps.
 */
function sent(w: Working, message: Message, asked: number) {
  const { clientMessageId, conversationId, seq } = message;
  const thread = w.state.threads.get(conversationId);
  // Once loaded anew, its event may be behind us: the window is read again and has it.
  const growing = thread && !thread.after && asked >= w.state.loadedAt;
  if (growing && !(thread.loaded && seq <= (thread.messages.at(-1)?.seq ?? 0) + 1)) {
    const outgoing = w.state.outgoing.map((o) => (o.clientMessageId === clientMessageId ? { ...o, accepted: true } : o));
    return w.set('outgoing', outgoing);
  }
  if (growing) w.own('threads').set(conversationId, threads.arrived(thread, message));
  delivered(w, clientMessageId);
}

// ------------------------------------------------------------ parts

function opened(w: Working, id: string) {
  const all = w.own('threads');
  const thread = all.get(id) ?? { ...threads.opening, since: w.state.tick };
  all.delete(id);
  all.set(id, thread);
  for (const oldest of all.keys()) {
    if (all.size <= openThreads) break;
    all.delete(oldest);
  }
}

function putUser(w: Working, given: User): User {
  const { id, handle, displayName, avatarUrl, viewerHasBlocked } = given;
  w.touch(id);
  if (id === w.state.me?.id) return w.state.me;
  const known = w.state.users.get(id);
  const same =
    known &&
    known.handle === handle &&
    known.displayName === displayName &&
    known.avatarUrl === avatarUrl &&
    known.viewerHasBlocked === viewerHasBlocked;
  if (same) return known;
  const conversationId = w.state.byUser.get(id);
  const conversation = conversationId && w.state.conversations.get(conversationId);
  const user = { id, handle, displayName, avatarUrl, viewerHasBlocked };
  // Only people of conversations are kept; of others there is no end.
  if (conversation) {
    w.own('users').set(id, user);
    replaceConversation(w, { ...conversation, with: user });
  }
  return user;
}

function putConversation(w: Working, given: Conversation) {
  const user = putUser(w, given.with);
  w.touch(given.id);
  // A copy of all the people, for each message that arrives, is felt among ten thousand.
  if (w.state.users.get(user.id) !== user) w.own('users').set(user.id, user);
  if (w.state.byUser.get(user.id) !== given.id) w.own('byUser').set(user.id, given.id);
  const lastMessage = given.lastMessage && previewAsRemoved(w, given.id, given.lastMessage);
  const known = w.state.conversations.get(given.id)?.contactCodeRedemption;
  // Events do not have it. The known value stays true.
  const code = given.contactCodeRedemption === undefined && known !== undefined && { contactCodeRedemption: known };
  replaceConversation(w, { ...given, ...code, with: user, lastMessage });
}

/** By which code somebody came does not change, however late the answer. */
function came(w: Working, { id, contactCodeRedemption }: Conversation) {
  const known = w.state.conversations.get(id);
  if (known && contactCodeRedemption && !known.contactCodeRedemption) replaceConversation(w, { ...known, contactCodeRedemption });
}

function replaceConversation(w: Working, conversation: Conversation) {
  const known = w.state.conversations.get(conversation.id);
  if (known) unlist(w, known);
  if (known && known.folder !== conversation.folder) showLinks(w, conversation.id);
  w.own('conversations').set(conversation.id, conversation);
  if (isListed(w.state.folders[conversation.folder], conversation)) {
    const all = w.ownListing(conversation.folder);
    all.splice(position(all, conversation), 0, conversation);
  }
}

/** The parts of messages that a request hid may be readable now. */
function showLinks(w: Working, id: string) {
  const thread = w.state.threads.get(id);
  if (!thread?.messages.some((m) => m.linksHidden)) return;
  w.tick();
  w.own('threads').set(id, threads.outdated(thread, w.state.tick));
}

function removeConversation(w: Working, id: string) {
  w.touch(id);
  const known = w.state.conversations.get(id);
  if (!known) return;
  unlist(w, known);
  w.own('conversations').delete(id);
  w.own('users').delete(known.with.id);
  w.own('byUser').delete(known.with.id);
  w.own('threads').delete(id);
}

function unlist(w: Working, conversation: Conversation) {
  const listing = w.state.folders[conversation.folder];
  const at = position(listing.conversations, conversation);
  if (listing.conversations[at]?.id === conversation.id) w.ownListing(conversation.folder).splice(at, 1);
}

/** Lists what is known of the part of a folder that was loaded. */
function list(w: Working, folder: Folder, next: string | null, end: Listing['end']) {
  const listing: Listing = { loaded: true, conversations: [], next, end };
  const all = [...w.state.conversations.values()].filter((c) => c.folder === folder && isListed(listing, c));
  w.setListing(folder, { ...listing, conversations: all.sort(comparePlaces) });
}

function isListed(listing: Listing, conversation: Conversation): boolean {
  return listing.loaded && (listing.end === null || comparePlaces(conversation, listing.end) <= 0);
}

/** Where a conversation stands, or would stand. */
function position(all: readonly Conversation[], conversation: Conversation): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePlaces(all[middle]!, conversation) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
