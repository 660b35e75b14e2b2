// I5, I6: whatever the interleaving of pages, answers and events, the state ends at the server's
// inbox. The server here is a model of one user's inbox in a few lines; the reducer is the real
// one.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { reduce } from '../dist/reduce.js';
import { comparePlaces, compareTimes, emptyState, folders } from '../dist/state.js';
import { windowSize } from '../dist/thread.js';

const pageSize = 3;
const me = user(0);

function user(i) {
  return { id: `usr_${i}`, handle: `u${i}`, displayName: `U${i}`, avatarUrl: null, viewerHasBlocked: false };
}

/** By which code they came: told with pages, not with events. */
function codeOf(id) {
  return Number(id.slice(4)) % 2 === 0 ? { codeId: 'cod_1', label: 'Card', redeemedAt: '2026-01-01T12:00:00Z' } : null;
}

/**
 * A conversation as an event tells it; what a page tells beside that is right where it is there.
 */
function asToldLive(c) {
  const { contactCodeRedemption, ...rest } = c;
  if (contactCodeRedemption !== undefined) assert.deepEqual(contactCodeRedemption, codeOf(c.id));
  return rest;
}

/** A message as lists show it. */
function previewOf({ seq, sender, body, video, createdAt, removed }) {
  return { seq, sender, body, video, createdAt, removed, withheld: false };
}

class Server {
  clock = 0;
  conversations = new Map();
  log = [];
  settings = { whoCanMessageMe: 'FRIENDS', routes: [], readReceipts: true, changedAt: null };

  conversation(i) {
    const id = `cnv_${i}`;
    const found = this.conversations.get(id) ?? {
      id, with: user(i + 1), folder: 'INBOX', removed: true, messages: [], cleared: 0, readSeq: 0, muted: false, lastActivityAt: '',
    };
    this.conversations.set(id, found);
    return found;
  }

  view(c) {
    const last = c.messages.at(-1);
    return structuredClone({
      id: c.id, with: c.with, folder: c.folder, lastMessage: last.seq > c.cleared ? previewOf(last) : null,
      lastActivityAt: c.lastActivityAt, unreadCount: last.seq - Math.max(c.readSeq, c.cleared), readSeq: c.readSeq,
      theirReadSeq: null, muted: c.muted,
    });
  }

  unread() {
    const shown = [...this.conversations.values()].filter((c) => !c.removed && c.messages.length > 0).map((c) => this.view(c));
    const unreadIn = (folder) => shown.filter((c) => c.folder === folder && c.unreadCount > 0);
    return {
      conversations: unreadIn('INBOX').length,
      requests: unreadIn('REQUESTS').length,
      messages: unreadIn('INBOX').reduce((n, c) => n + c.unreadCount, 0),
    };
  }

  record(event) {
    this.log.push(structuredClone({ ...event, cursor: `c${this.log.length + 1}`, at: '', unread: this.unread() }));
  }

  /** Two at a time share a microsecond, so that ties are seen too. */
  time() {
    const micro = String(Math.floor(this.clock++ / 2)).padStart(6, '0').replace(/0+$/, '');
    return `2026-01-01T12:00:00${micro ? '.' + micro : ''}Z`;
  }

  send(i, mine, key) {
    const c = this.conversation(i);
    const seq = c.messages.length + 1;
    const sender = { id: mine ? me.id : c.with.id };
    const message = {
      id: `msg_${i}_${seq}`, conversationId: c.id, seq, sender, body: `${seq}`, video: null, clientMessageId: key, createdAt: this.time(), removed: false, linksHidden: false,
    };
    if (c.removed) c.cleared = seq - 1;
    c.removed = false;
    if (mine) c.readSeq = seq;
    if (c.folder === 'ARCHIVE') c.folder = 'INBOX';
    c.messages.push(message);
    c.lastActivityAt = message.createdAt;
    this.record({ __typename: 'MessageAdded', message, conversation: this.view(c) });
    return { sent: structuredClone(message), conversations: [this.view(c)] };
  }

  change(i, how, value) {
    const c = this.conversation(i);
    if (c.removed) return {};
    if (how === 'folder') c.folder = folders[value % folders.length];
    if (how === 'mute') c.muted = value % 2 === 0;
    if (how === 'read') c.readSeq = Math.max(c.readSeq, Math.min(c.messages.length, value + 1));
    this.record({ __typename: 'ConversationChanged', conversation: this.view(c) });
    return { conversations: [this.view(c)], unread: this.unread() };
  }

  remove(i) {
    const c = this.conversation(i);
    if (c.removed) return {};
    c.removed = true;
    c.cleared = c.messages.length;
    this.record({ __typename: 'ConversationRemoved', conversationId: c.id });
    return { removed: [c.id], unread: this.unread() };
  }

  unsend(i, value) {
    const c = this.conversation(i);
    const message = c.messages[value % (c.messages.length || 1)];
    if (!message || message.removed || message.seq <= c.cleared) return {};
    Object.assign(message, { removed: true, body: '' });
    this.record({ __typename: 'MessageRemoved', message });
    return { unsent: structuredClone(message) };
  }

  set(value) {
    this.settings = { ...this.settings, whoCanMessageMe: ['NO_ONE', 'EVERYONE', 'FRIENDS'][value % 3] };
    this.record({ __typename: 'SettingsChanged', settings: this.settings });
    return { settings: structuredClone(this.settings) };
  }

  list(folder) {
    return [...this.conversations.values()]
      .filter((c) => !c.removed && c.folder === folder)
      .map((c) => this.view(c))
      .sort(comparePlaces);
  }

  page(folder, after) {
    const all = this.list(folder).filter((c) => !after || comparePlaces(c, JSON.parse(after)) > 0);
    const nodes = all.slice(0, pageSize).map((c) => ({ ...c, contactCodeRedemption: codeOf(c.id) }));
    const last = nodes.at(-1);
    const endCursor = last ? JSON.stringify({ lastActivityAt: last.lastActivityAt, id: last.id }) : null;
    return { nodes, pageInfo: { hasNextPage: all.length > pageSize, endCursor } };
  }

  snapshot() {
    const pages = Object.fromEntries(folders.map((f) => [f, this.page(f, null)]));
    return { me, settings: structuredClone(this.settings), unread: this.unread(), folders: pages };
  }

  messages(id, beforeSeq) {
    const c = this.conversations.get(id);
    const seen = c.messages.filter((m) => m.seq > c.cleared && (beforeSeq === null || m.seq < beforeSeq)).toReversed();
    return structuredClone({ nodes: seen.slice(0, pageSize), more: seen.length > pageSize, beforeSeq, asked: pageSize });
  }
}

/** One client and the wire between: events come in order, answers when they please. */
class World {
  server = new Server();
  state = emptyState;
  handed = 0;
  answers = [];
  keys = 0;

  apply(...actions) {
    this.state = reduce(this.state, actions);
  }

  ask(read) {
    this.apply({ type: 'asked' });
    this.answers.push({ tick: this.state.tick, read, answer: undefined });
  }

  serve(i) {
    const waiting = this.answers.filter((a) => a.answer === undefined);
    if (waiting.length > 0) {
      const one = waiting[i % waiting.length];
      one.answer = one.read();
    }
  }

  hear(i) {
    const served = this.answers.filter((a) => a.answer !== undefined);
    if (served.length === 0) return;
    const one = served[i % served.length];
    this.answers.splice(this.answers.indexOf(one), 1);
    this.apply({ type: 'answered', tick: one.tick, answer: one.answer });
  }

  event() {
    if (this.state.cursor === null || this.handed >= this.server.log.length) return;
    this.apply({ type: 'event', event: structuredClone(this.server.log[this.handed++]) });
  }

  /** Reads the position, then lets things happen, then the rest: as the client does. */
  load(between) {
    const handed = this.server.log.length;
    between();
    const snapshot = { ...this.server.snapshot(), cursor: `c${handed}` };
    this.apply({ type: 'loaded', snapshot });
    this.handed = handed;
  }

  askMessages(id, where) {
    if (!this.server.conversations.has(id) || !this.state.conversations.has(id)) return;
    this.apply({ type: 'opened', id });
    const thread = this.state.threads.get(id);
    const first = thread.messages[0]?.seq;
    const last = thread.messages.at(-1)?.seq;
    const ask = (beforeSeq, given) =>
      this.ask(() => ({ messages: { id, page: this.server.messages(id, beforeSeq), ...given } }));
    if (where === 'newest') ask(null, { where });
    if (where === 'around') ask(1 + ((last ?? 1) % 7), { where });
    if (where === 'before' && thread.loaded && thread.before && first) ask(first, { where });
    if (where === 'after' && thread.loaded && thread.after && last) ask(last + 1 + pageSize, { where, from: last, newest: thread.newest });
  }

  settle() {
    while (this.answers.length > 0) {
      this.serve(0);
      this.hear(0);
    }
    if (this.state.cursor === null) this.load(() => undefined);
    while (this.handed < this.server.log.length) this.event();
  }

  /**
   * The client does this by itself: a window that reached the newest message is filled up again.
   */
  fill() {
    for (const id of this.state.threads.keys()) {
      for (let turns = 0; this.state.threads.get(id)?.after && turns < 100; turns++) {
        const thread = this.state.threads.get(id);
        this.askMessages(id, thread.messages.length > 0 && !thread.stale ? 'after' : 'newest');
        this.settle();
      }
    }
  }

  check() {
    const { server, state } = this;
    for (const folder of folders) {
      const listing = state.folders[folder];
      const all = server.list(folder).filter((c) => listing.end === null || comparePlaces(c, listing.end) <= 0);
      assert.deepEqual(listing.conversations.map(asToldLive), all, folder);
    }
    assert.deepEqual(state.unread, server.unread());
    assert.deepEqual(state.settings, server.settings);
    for (const c of state.conversations.values()) {
      assert.deepEqual(asToldLive(c), server.view(server.conversations.get(c.id)));
      assert.equal(state.byUser.get(c.with.id), c.id);
      assert.equal(state.users.get(c.with.id), c.with);
    }
    assert.equal(state.users.size, state.conversations.size);
    assert.equal(state.open, 0);
    assert.equal(state.touched.size + state.removed.size, 0);
    assert.deepEqual(state.outgoing, []);
    for (const [id, thread] of state.threads) {
      if (!thread.loaded) continue;
      const c = server.conversations.get(id);
      const first = thread.messages[0]?.seq ?? 1;
      const shown = c.messages.filter((m) => m.seq > c.cleared && m.seq >= first);
      assert.deepEqual(thread.messages, shown, 'a window has no gap and reaches the newest');
      const older = c.messages.some((m) => m.seq > c.cleared && m.seq < first);
      assert.ok(thread.before || !older, 'older messages are not forgotten');
      assert.ok(!thread.before || first > 1, 'nothing is before the first');
    }
  }
}

const conversationNumber = fc.nat(9);
const step = fc.oneof(
  fc.record({ do: fc.constant('send'), i: conversationNumber, mine: fc.boolean() }),
  fc.record({ do: fc.constant('send'), i: fc.nat(1), mine: fc.boolean() }),
  fc.record({ do: fc.constant('outbox'), i: fc.nat(3) }),
  fc.record({ do: fc.constant('change'), i: conversationNumber, how: fc.constantFrom('folder', 'mute', 'read'), value: fc.nat(8), asked: fc.boolean() }),
  fc.record({ do: fc.constant('remove'), i: conversationNumber, asked: fc.boolean() }),
  fc.record({ do: fc.constant('unsend'), i: fc.nat(3), value: fc.nat(9), asked: fc.boolean() }),
  fc.record({ do: fc.constant('set'), value: fc.nat(2), asked: fc.boolean() }),
  fc.record({ do: fc.constant('load'), i: conversationNumber }),
  fc.record({ do: fc.constant('more'), folder: fc.constantFrom(...folders) }),
  fc.record({ do: fc.constant('messages'), i: fc.nat(3), where: fc.constantFrom('newest', 'around', 'before', 'after') }),
  fc.record({ do: fc.constant('serve'), i: fc.nat(5) }),
  fc.record({ do: fc.constant('serve'), i: fc.nat(5) }),
  fc.record({ do: fc.constant('hear'), i: fc.nat(5) }),
  fc.record({ do: fc.constant('events'), n: fc.integer({ min: 1, max: 4 }) }),
  // The log has to be caught up with again and again: an answer that is too old shows only when no
  // event comes after it.
  fc.record({ do: fc.constant('events'), n: fc.constant(1000) }),
  fc.record({ do: fc.constant('events'), n: fc.constant(1000) }),
  fc.record({ do: fc.constant('events'), n: fc.constant(1000) }),
);

function take(world, s) {
  const { server } = world;
  switch (s.do) {
    case 'send':
      return server.send(s.i, s.mine, `key-${world.keys++}`);
    case 'outbox': {
      const key = `key-${world.keys++}`;
      const outgoing = { clientMessageId: key, to: `usr_${s.i + 1}`, body: '', video: null, at: '', order: key, failure: null };
      world.apply({ type: 'outbox', outgoing: [...world.state.outgoing, outgoing] });
      return world.ask(() => server.send(s.i, true, key));
    }
    case 'change':
      return s.asked ? world.ask(() => server.change(s.i, s.how, s.value)) : server.change(s.i, s.how, s.value);
    case 'remove':
      return s.asked ? world.ask(() => server.remove(s.i)) : server.remove(s.i);
    case 'unsend':
      return s.asked ? world.ask(() => server.unsend(s.i, s.value)) : server.unsend(s.i, s.value);
    case 'set':
      return s.asked ? world.ask(() => server.set(s.value)) : server.set(s.value);
    case 'load':
      return world.load(() => server.send(s.i, false, `key-${world.keys++}`));
    case 'more': {
      const { next, loaded } = world.state.folders[s.folder];
      if (!loaded || next === null) return;
      return world.ask(() => {
        const { nodes, pageInfo } = server.page(s.folder, next);
        const more = pageInfo.hasNextPage ? pageInfo.endCursor : null;
        return { conversations: nodes, folder: { folder: s.folder, after: next, next: more, end: more && JSON.parse(more) } };
      });
    }
    case 'messages':
      return world.askMessages(`cnv_${s.i}`, s.where);
    case 'serve':
      return world.serve(s.i);
    case 'hear':
      return world.hear(s.i);
    case 'events':
      for (let n = 0; n < s.n; n++) world.event();
  }
}

test('I5, I6: any interleaving of pages, answers and events gives the inbox of the server', () => {
  const runs = Number(process.env.CHECKS ?? 400);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const world = new World();
      for (const s of steps) take(world, s);
      world.settle();
      world.fill();
      world.check();
    }),
    { numRuns: runs },
  );
});

test('a batch gives what its actions give one by one, and leaves the state before as it was', () => {
  const world = new World();
  for (let i = 0; i < 40; i++) world.server.send(i % 9, i % 3 === 0, `key-${i}`);
  world.apply({ type: 'loaded', snapshot: { ...new Server().snapshot(), cursor: 'c0' } });
  world.apply({ type: 'opened', id: 'cnv_1' });
  const before = structuredClone(world.state);
  const actions = world.server.log.map((event) => ({ type: 'event', event }));
  const batch = reduce(world.state, actions);
  assert.deepEqual(world.state, before);
  assert.deepEqual(batch, actions.reduce((state, action) => reduce(state, [action]), world.state));
  assert.equal(batch.conversations.size, 9);
});

test('by which code somebody came is kept through events, and learnt from an answer however late', () => {
  const world = new World();
  const { server } = world;
  const known = (i) => world.state.conversations.get(`cnv_${i}`);
  server.send(2, false, 'first');
  server.send(3, false, 'second');
  world.load(() => undefined);
  assert.equal(known(2).contactCodeRedemption.label, 'Card');
  assert.equal(known(3).contactCodeRedemption, null);
  server.change(2, 'mute', 0);
  server.send(2, false, 'third');
  world.settle();
  assert.equal(known(2).muted, true);
  assert.equal(known(2).contactCodeRedemption.label, 'Card', 'an event does not take it away');
  // One that came live, asked for, and changed before the answer: the answer is old but for the
  // code.
  server.send(4, false, 'live');
  world.settle();
  assert.equal(known(4).contactCodeRedemption, undefined);
  world.ask(() => ({ conversations: server.page('INBOX', null).nodes.filter((c) => c.id === 'cnv_4') }));
  world.serve(0);
  server.change(4, 'mute', 0);
  world.event();
  world.hear(0);
  assert.equal(known(4).muted, true);
  assert.equal(known(4).contactCodeRedemption.label, 'Card');
  assert.equal(world.state.folders.INBOX.conversations.find((c) => c.id === 'cnv_4'), known(4));
});

test('a window is bounded at both ends, and its far end can be read again', () => {
  const world = new World();
  world.server.send(1, false, 'first');
  world.load(() => undefined);
  world.askMessages('cnv_1', 'newest');
  world.settle();
  for (let i = 0; i < windowSize + 50; i++) world.server.send(1, false, `k${i}`);
  world.settle();
  const thread = () => world.state.threads.get('cnv_1');
  assert.equal(thread().messages.length, windowSize);
  assert.equal(thread().before, true);
  while (thread().before) {
    world.askMessages('cnv_1', 'before');
    world.settle();
  }
  assert.equal(thread().messages[0].seq, 1);
  assert.equal(thread().messages.length, windowSize);
  assert.equal(thread().after, true);
  world.server.send(1, false, 'while away');
  world.settle();
  assert.equal(thread().messages.at(-1).seq, windowSize, 'what arrives does not join a window that ends before it');
  world.fill();
  assert.equal(thread().messages.at(-1).seq, windowSize + 52);
  assert.equal(thread().after, false);
});

test('times are compared to the microsecond', () => {
  const t = (fraction) => `2026-01-01T12:00:00${fraction}Z`;
  assert.ok(compareTimes(t('.5'), t('.51')) < 0);
  assert.ok(compareTimes(t(''), t('.000001')) < 0);
  assert.ok(compareTimes(t('.123456'), t('.123457')) < 0);
  assert.equal(compareTimes(t('.5'), t('.500000')), 0);
});
