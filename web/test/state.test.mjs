import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const me = { id: 'usr_me', handle: 'me', displayName: 'Me', viewerHasBlocked: false };
const bob = { id: 'usr_bob', handle: 'bob', displayName: 'Bob', viewerHasBlocked: false };
const nothing = { conversations: 0, requests: 0, messages: 0 };

function message(seq, extra = {}) {
  const at = new Date(Date.UTC(2026, 0, 1, 12, 0, seq)).toISOString();
  return {
    id: `msg_${seq}`,
    conversationId: 'cnv_1',
    seq,
    sender: { id: bob.id },
    body: `number ${seq}`,
    video: null,
    clientMessageId: `key-${seq}`,
    createdAt: at,
    ...extra,
  };
}

function conversation(last, extra = {}) {
  return {
    id: 'cnv_1',
    with: bob,
    folder: 'INBOX',
    lastMessage: last,
    lastActivityAt: last.createdAt,
    unreadCount: 1,
    readSeq: 0,
    theirReadSeq: null,
    muted: false,
    ...extra,
  };
}

const added = (m, cursor = `cursor-${m.seq}`) => ({
  __typename: 'MessageAdded',
  cursor,
  unread: nothing,
  message: m,
  conversation: conversation(m),
});

async function begin(t) {
  const states = await load(t, '/src/inbox/state.ts');
  const start = { me, messagingSettings: { whoCanMessageMe: 'FRIENDS', routes: [] }, unread: { ...nothing, cursor: 'c0' } };
  return { states, state: states.withStart(states.emptyState, start) };
}

const seqs = (state) => state.threads.get('cnv_1').messages.map((m) => m.seq);

test('an event that is told twice shows once, and its cursor is kept', async (t) => {
  const { states, state } = await begin(t);
  const once = states.withEvent(state, added(message(1)));
  const twice = states.withEvent(once, added(message(1)));
  assert.deepEqual(seqs(twice), [1]);
  assert.equal(twice.cursor, 'cursor-1');
});

test('a message that arrives before the first page has its place in it', async (t) => {
  const { states, state } = await begin(t);
  const live = states.withEvent(state, added(message(4)));
  assert.equal(live.threads.get('cnv_1').loaded, false);
  const page = { nodes: [message(3), message(2)], pageInfo: { hasNextPage: true, endCursor: 'older' } };
  const read = states.withMessages(live, 'cnv_1', page);
  assert.deepEqual(seqs(read), [2, 3, 4]);
  assert.equal(read.threads.get('cnv_1').next, 'older');
});

test('a page of older messages does not hide where the next one starts when a message arrives', async (t) => {
  const { states, state } = await begin(t);
  const page = { nodes: [message(3)], pageInfo: { hasNextPage: true, endCursor: 'older' } };
  const live = states.withEvent(states.withMessages(state, 'cnv_1', page), added(message(4)));
  assert.equal(live.threads.get('cnv_1').next, 'older');
  assert.equal(live.threads.get('cnv_1').loaded, true);
});

test('our own message leaves the way out by its event, also when the answer was lost', async (t) => {
  const { states, state } = await begin(t);
  const outgoing = { clientMessageId: 'key-1', to: bob.id, body: 'number 1', video: null, at: '', refused: null };
  const mine = message(1, { sender: { id: me.id } });
  const sent = states.withEvent({ ...state, outgoing: [outgoing] }, added(mine));
  assert.deepEqual(sent.outgoing, []);
  // The same key from the other side is another message.
  const theirs = states.withEvent({ ...state, outgoing: [outgoing] }, added(message(1)));
  assert.deepEqual(theirs.outgoing, [outgoing]);
});

test('an older answer does not take the newest message back', async (t) => {
  const { states, state } = await begin(t);
  const newer = states.withEvent(state, added(message(2)));
  const older = states.withConversation(newer, conversation(message(1), { folder: 'ARCHIVE' }));
  assert.equal(older.conversations.get('cnv_1').lastMessage.seq, 2);
  assert.equal(older.conversations.get('cnv_1').folder, 'ARCHIVE');
});

test('a removed conversation takes its messages along, and a new snapshot keeps what is on its way', async (t) => {
  const { states, state } = await begin(t);
  const outgoing = [{ clientMessageId: 'k', to: bob.id, body: 'x', video: null, at: '', refused: null }];
  const live = states.withEvent({ ...state, outgoing }, added(message(1)));
  const gone = states.withEvent(live, {
    __typename: 'ConversationRemoved',
    cursor: 'c9',
    unread: nothing,
    conversationId: 'cnv_1',
  });
  assert.equal(gone.conversations.size + gone.threads.size, 0);
  const anew = states.withStart(live, { me, messagingSettings: live.settings, unread: { ...nothing, cursor: 'c5' } });
  assert.equal(anew.threads.size, 0);
  assert.deepEqual(anew.outgoing, outgoing);
  assert.equal(anew.cursor, 'c5');
});

test('a folder lists the newest activity first, by time and not by text', async (t) => {
  const { states, state } = await begin(t);
  const at = (id, lastActivityAt) => conversation(message(1), { id, lastActivityAt, with: { ...bob, id } });
  const page = {
    nodes: [at('cnv_a', '2026-01-01T12:00:00.5Z'), at('cnv_b', '2026-01-01T12:00:00.51Z'), at('cnv_c', '2026-01-01T12:00:00Z')],
    pageInfo: { hasNextPage: false, endCursor: null },
  };
  const listed = states.conversationsIn(states.withFolder(state, 'INBOX', page), 'INBOX');
  assert.deepEqual(listed.map((c) => c.id), ['cnv_b', 'cnv_a', 'cnv_c']);
});
