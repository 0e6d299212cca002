import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Model } from '../../../api/web/js/model.js';
import { restore, take } from '../../../api/web/js/snapshot.js';

const alice = 'alice';
const bob = 'bob';

const entry = (seq, more = {}) => ({
  conversation: 'room', seq, kind: 'text', sender: bob, clientKey: `k${seq}`, text: `m${seq}`, version: 1, sentAt: `2026-01-01T00:00:${String(seq).padStart(2, '0')}Z`, ...more,
});
const created = (seq, more) => ({ type: 'message.created', data: entry(seq, more), topic: 'room', seq, version: 1 });
const view = (lastSeq, more = {}) => ({
  id: 'room', kind: 'group', title: 'Walk', createdAt: '2026-01-01T00:00:00Z', lastSeq,
  members: [{ user: alice, role: 'admin', readSeq: 0, joinedSeq: 0 }, { user: bob, role: 'member', readSeq: 0, joinedSeq: 1 }], ...more,
});
const summary = (lastSeq, readSeq, more = {}) => ({
  id: 'room', kind: 'direct', peer: bob, memberCount: 2, lastSeq, readSeq, unread: lastSeq - readSeq, lastEntry: entry(lastSeq), ...more,
});
const page = (from, to) => ({ entries: Array.from({ length: to - from + 1 }, (_, i) => entry(from + i)), lastSeq: to, hasBefore: from > 1, hasAfter: false });

function knowing(...summaries) {
  const model = new Model(alice);
  for (const one of summaries) model.putSummary(one);
  return model;
}

test('A message of somebody else counts as unread, and one of one\'s own does not', () => {
  const model = knowing(summary(3, 3));

  model.apply(created(4), 0);
  assert.equal(model.unreadOf(model.conversation('room')), 1);
  model.apply(created(5, { sender: alice }), 0);
  model.apply(created(6, { kind: 'titled' }), 0);
  assert.equal(model.unreadOf(model.conversation('room')), 1);

  const deleted = { type: 'message.changed', data: entry(4, { version: 2, text: '', deletedAt: '2026-01-01T00:01:00Z' }) };
  model.apply(deleted, 0);
  model.apply(deleted, 0);

  assert.equal(model.unreadOf(model.conversation('room')), 0);
});

test('Whoever had read everything before their own text has read it too', () => {
  const model = knowing(summary(3, 3));
  model.putView(view(3, { members: view(3).members.map((m) => ({ ...m, readSeq: 3 })) }));

  model.apply(created(4, { sender: alice }), 0);
  model.apply(created(5, { sender: bob }), 0);
  model.apply(created(6, { sender: alice }), 0);

  const room = model.conversation('room');
  assert.deepEqual([room.readSeq, room.members.get(alice).readSeq, room.members.get(bob).readSeq], [4, 4, 3]);
  assert.equal(model.unreadOf(room), 1);
});

test('Unread is counted exactly once its entries are here, and never beyond the cap', () => {
  const model = knowing(summary(300, 2, { unread: 100 }));
  assert.equal(model.unreadOf(model.conversation('room')), 100);
  model.apply(created(301), 0);
  assert.equal(model.unreadOf(model.conversation('room')), 100);

  const some = knowing(summary(5, 2, { unread: 9 }));
  some.putPage('room', { ...page(1, 5), entries: page(1, 5).entries.map((e) => (e.seq === 4 ? { ...e, sender: alice } : e)) });
  assert.equal(some.unreadOf(some.conversation('room')), 2);
});

test('Watermarks and numbers never go back, whatever comes late', () => {
  const model = knowing(summary(9, 7));

  model.putSummary(summary(5, 2));
  model.apply({ type: 'read.moved', data: { conversation: 'room', user: alice, seq: 4 } }, 0);
  model.apply(created(6), 0);

  const room = model.conversation('room');
  assert.deepEqual([room.lastSeq, room.readSeq, room.lastEntry.seq], [9, 7, 9]);
});

test('A name is the newest that was read or told, in whatever order they come', () => {
  const model = new Model(alice);
  const changed = (displayName, version) => ({ type: 'profile.changed', data: { id: bob, handle: 'bob', displayName, version }, topic: bob, seq: 1, version });

  model.apply(changed('Bobby', 3), 0);
  model.apply(changed('Bob', 2), 0);
  model.putPerson({ id: bob, handle: 'bob', displayName: 'bob', version: 1 });
  assert.equal(model.people.get(bob).displayName, 'Bobby');

  const kept = restore(alice, JSON.parse(JSON.stringify(take(model, 'cursor')))).model;
  kept.apply(changed('Bob', 2), 0);
  assert.equal(kept.people.get(bob).displayName, 'Bobby');
  kept.apply(changed('Robert', 4), 0);
  assert.equal(kept.people.get(bob).displayName, 'Robert');
});

test('A name that an earlier page kept without its version gives way to what is read', () => {
  const { model } = restore(alice, { version: 1, cursor: 'c', people: [[bob, { handle: 'bob', displayName: 'old' }]], conversations: [] });

  model.putPerson({ id: bob, handle: 'bob', displayName: 'Bob', version: 1 });

  assert.equal(model.people.get(bob).displayName, 'Bob');
});

test('Reading on another device clears what is unread here', () => {
  const model = knowing(summary(9, 2));

  model.apply({ type: 'read.moved', data: { conversation: 'room', user: alice, seq: 9 } }, 0);

  assert.equal(model.unread, 0);
});

test('An older view of the members does not undo a newer one', () => {
  const model = new Model(alice);
  model.putView(view(8, { title: 'New title', members: view(8).members.slice(0, 1) }));

  model.putView(view(5));

  const room = model.conversation('room');
  assert.deepEqual([room.title, room.memberCount], ['New title', 1]);
});

test('A message of a conversation that is not known asks for it, and is there once it is known', () => {
  const model = new Model(alice);

  assert.equal(model.apply(created(4), 0), 'room');
  assert.equal(model.apply(created(5), 0), 'room');
  model.putView(view(4));

  const room = model.conversation('room');
  assert.deepEqual([room.lastSeq, room.lastEntry.seq], [5, 5]);
});

test('A conversation that one has left does not come back with what was sent before', () => {
  const model = knowing(summary(5, 5));

  model.apply({ type: 'conversation.left', data: { conversation: 'room' }, topic: 'room', seq: 6, version: 1 }, 0);

  assert.equal(model.apply(created(5), 0), null);
  assert.equal(model.putView(view(5)), null);
  assert.equal(model.conversation('room'), null);
});

test('A conversation that one left by oneself does not come back with an earlier view', () => {
  const model = knowing(summary(5, 5));

  model.leave('room');

  assert.equal(model.putView(view(5)), null);
});

test('Being added again after leaving brings the conversation back', () => {
  const model = knowing(summary(5, 5));
  model.apply({ type: 'conversation.left', data: { conversation: 'room' }, topic: 'room', seq: 6, version: 1 }, 0);

  assert.equal(model.apply({ type: 'conversation.joined', data: { conversation: 'room', kind: 'group', title: 'Walk' }, topic: 'room', seq: 7, version: 1 }, 0), 'room');
  model.putView(view(7));

  assert.equal(model.conversation('room').lastSeq, 7);
  assert.equal(model.apply({ type: 'conversation.joined', data: { conversation: 'room', kind: 'group', title: 'Walk' }, topic: 'room', seq: 7, version: 1 }, 0), null);
});

test('Members, roles, the title and what newcomers read follow the entries, in whatever order they come', () => {
  const carol = 'carol';
  const entries = [
    entry(6, { kind: 'joined', sender: alice, subject: carol }), entry(7, { kind: 'promoted', sender: alice, subject: carol }),
    entry(8, { kind: 'demoted', sender: carol, subject: alice }), entry(9, { kind: 'left', sender: bob, subject: bob }),
    entry(10, { kind: 'titled', sender: carol, text: 'Hike' }), entry(11, { kind: 'historyClosed', sender: carol }),
  ];
  for (const order of [entries, [...entries].reverse()]) {
    const model = new Model(alice);
    model.putView(view(5));
    for (const one of order) model.apply({ type: 'message.created', data: one, topic: 'room', seq: one.seq, version: 1 }, 0);

    const room = model.conversation('room');
    assert.deepEqual([...room.members.values()].map((m) => `${m.user} ${m.role}`), ['alice member', 'carol admin']);
    assert.deepEqual([room.title, room.history, room.memberCount], ['Hike', 'sinceJoining', 2]);
  }
});

test('A view that was read before some entries does not undo them', () => {
  const model = new Model(alice);
  model.putView(view(5));
  model.apply(created(7, { kind: 'promoted', sender: alice, subject: bob }), 0);

  model.putView(view(6));

  assert.equal(model.conversation('room').members.get(bob).role, 'admin');
});

test('Somebody counts as writing for five seconds, until their message comes', () => {
  const model = knowing(summary(3, 3));
  model.apply({ type: 'typing', data: { conversation: 'room', user: bob } }, 1_000);

  assert.deepEqual(model.typing('room', 5_999).users, [bob]);
  assert.deepEqual(model.typing('room', 6_000).users, []);
  model.apply({ type: 'typing', data: { conversation: 'room', user: bob } }, 7_000);
  model.apply(created(4), 7_500);

  assert.deepEqual(model.typing('room', 7_600).users, []);
});

test('One does not see oneself writing on another device', () => {
  const model = knowing(summary(3, 3));

  model.apply({ type: 'typing', data: { conversation: 'room', user: alice } }, 1_000);

  assert.deepEqual(model.typing('room', 1_001).users, []);
});

test('An event of a kind that this page does not know is passed over', () => {
  const model = knowing(summary(3, 3));

  assert.equal(model.apply({ type: 'reaction.added', data: { conversation: 'room' }, topic: 'room', seq: 4, version: 1 }, 0), null);
  assert.equal(model.conversation('room').lastSeq, 3);
});

test('After a reset the lists decide what is there, and histories are read anew', () => {
  const model = knowing(summary(3, 3), summary(1, 1, { id: 'gone' }));
  model.putPage('room', page(1, 3));

  model.keepOnly(new Set(['room']));

  assert.equal(model.conversation('gone'), null);
  assert.equal(model.conversation('room').timeline.loaded, false);
});

test('Conversations stand in the order of their newest entries', () => {
  const model = knowing(summary(5, 5, { id: 'a', lastEntry: entry(5) }), summary(9, 9, { id: 'b', lastEntry: entry(9) }));

  assert.deepEqual(model.list.map((c) => c.id), ['b', 'a']);
});

test('A page that is opened again stands where it stood, with the cursor that belongs to it', () => {
  const model = new Model(alice);
  model.putView(view(80));
  model.putPage('room', page(1, 80));
  model.putRead({ conversation: 'room', user: bob, seq: 77 });
  model.putPerson({ id: bob, handle: 'bob', displayName: 'Bob', version: 1 });

  const again = restore(alice, structuredClone(take(model, 'cursor')));

  const room = again.model.conversation('room');
  assert.equal(again.cursor, 'cursor');
  assert.deepEqual([room.timeline.low, room.timeline.high, room.timeline.hasBefore], [21, 80, true]);
  assert.deepEqual([room.title, room.lastSeq, room.members.get(bob).readSeq], ['Walk', 80, 77]);
  assert.equal(again.model.people.get(bob).displayName, 'Bob');
});

for (const [what, snapshot] of [['nothing', null], ['another version', { version: 99, cursor: 'x' }], ['something broken', { version: 1, cursor: 'x', people: 7 }]]) {
  test(`From ${what} a page starts empty and without a cursor`, () => {
    const { model, cursor } = restore(alice, snapshot);

    assert.equal(cursor, null);
    assert.equal(model.conversations.size, 0);
  });
}
