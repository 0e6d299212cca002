// The official @microsoft/signalr, unmodified, in Node, against the real process.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import * as signalR from '@microsoft/signalr';
import { eventually } from './eventually.js';
import { Person } from './people.js';
import { sharedAddress } from './server.js';
import { hostileTexts } from './texts.js';

const address = sharedAddress();
const open = [];
after(() => Promise.all(open.map((live) => live.stop())));

async function people(...names) { return Promise.all(names.map((name) => Person.register(address, name))); }

async function live(person, cursor, options) {
  const connection = await person.live(cursor, options);
  open.push(connection);
  return connection;
}

for (const [how, options] of [
  ['as the client connects by itself', {}],
  ['over a WebSocket without negotiation', { transport: signalR.HttpTransportType.WebSockets, skipNegotiation: true }],
]) {
  test(`Two people chat, ${how}`, async () => {
    const [alice, bob] = await people('alice', 'bob');
    const room = await alice.direct(bob);
    const [a, b] = await Promise.all([live(alice, null, options), live(bob, null, options)]);

    for (const text of ['one', 'two', 'three']) await a.value('Send', room, randomUUID(), text);
    await b.value('Send', room, randomUUID(), 'four');

    await eventually(() => assert.deepEqual(b.texts(room), ['one', 'two', 'three']));
    await eventually(() => assert.deepEqual(a.texts(room), ['four']));
  });
}

test('A receipt names the number of the message, and the sender\'s connection is not told of it again', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  const [first, second, b] = await Promise.all([live(alice), live(alice), live(bob)]);

  const receipt = await first.value('Send', room, 'key-1', 'hello');

  await eventually(() => assert.deepEqual([second.texts(room), b.texts(room)], [['hello'], ['hello']]));
  assert.equal(receipt.conversation, room);
  assert.equal(b.of('message.created').find((e) => e.topic === room && e.data.kind === 'text').seq, receipt.seq);
  assert.deepEqual(first.texts(room), []);
});

test('The same key again gives the same receipt, and with another text it is refused', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  const a = await live(alice);

  const receipt = await a.value('Send', room, 'key-1', 'hello');
  assert.deepEqual(await a.value('Send', room, 'key-1', 'hello'), receipt);
  const { refusal } = await a.invoke('Send', room, 'key-1', 'something else');

  assert.equal(refusal.code, 'request.key_reused');
  assert.equal((await alice.history(room)).entries.filter((e) => e.kind === 'text').length, 1);
});

test('A hundred sends at once get a hundred numbers without a gap, in the order in which everybody reads them', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  const [a, b] = await Promise.all([live(alice), live(bob)]);
  const texts = Array.from({ length: 100 }, (_, i) => `message ${i}`);

  const receipts = await Promise.all(texts.map((text) => a.value('Send', room, randomUUID(), text)));

  const numbers = receipts.map((r) => r.seq).sort((x, y) => x - y);
  assert.deepEqual(numbers, Array.from({ length: 100 }, (_, i) => numbers[0] + i));
  const history = (await bob.history(room)).entries.filter((e) => e.kind === 'text').map((e) => e.text);
  await eventually(() => assert.deepEqual(b.texts(room), history));
});

test('After an absence a client reads on from its cursor and misses nothing', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  const before = await live(bob);
  await alice.send(room, 'seen');
  await eventually(() => assert.deepEqual(before.texts(room), ['seen']));
  const { cursor } = before;
  await before.stop();

  const missed = Array.from({ length: 30 }, (_, i) => `missed ${i}`);
  for (const text of missed) await alice.send(room, text);
  const after = await live(bob, cursor);

  assert.ok(!after.reset);
  assert.deepEqual(after.texts(room).filter((text) => text !== 'seen'), missed);
});

test('A cursor of somebody else is refused, and so is something that is none', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const a = await live(alice);
  const b = await live(bob);

  for (const cursor of [a.cursor, 'nonsense', '', 'x'.repeat(10_000)]) {
    const { refusal } = await b.invoke('Subscribe', cursor);
    assert.equal(refusal?.code, 'realtime.bad_cursor', `cursor ${cursor.slice(0, 20)}`);
  }
});

test('A change and a deletion reach the others as higher versions', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  const [a, b] = await Promise.all([live(alice), live(bob)]);
  const { seq } = await a.value('Send', room, 'key-1', 'helo');

  await a.value('Edit', room, seq, 'hello');
  await a.value('Delete', room, seq);

  await eventually(() => assert.deepEqual(b.of('message.changed').map((e) => [e.seq, e.version, e.data.text]), [[seq, 2, 'hello'], [seq, 3, '']]));
});

test('Unread counts go up with what others send and down with reading, on every device', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  const [phone, desk] = await Promise.all([live(bob), live(bob)]);
  await alice.send(room, 'one');
  const { seq } = await alice.send(room, 'two');
  const unread = async () => (await desk.value('Inbox', null, 50)).items.find((line) => line.id === room).unread;
  assert.equal(await unread(), 2);

  await phone.value('MarkRead', room, seq);

  assert.equal(await unread(), 0);
  await eventually(() => assert.ok(desk.of('read.moved').some((e) => e.data.user === bob.user && e.data.seq === seq)));
});

test('Writing is told to the others and not to oneself', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  const [a, b] = await Promise.all([live(alice), live(bob)]);

  await a.value('Typing', room);

  await eventually(() => assert.deepEqual(b.of('typing').map((e) => e.data), [{ conversation: room, user: alice.user }]));
  assert.deepEqual(a.of('typing'), []);
});

test('Who is watched is known to be here, to go and to come back', async () => {
  const [alice, bob] = await people('alice', 'bob');
  await alice.direct(bob);
  const a = await live(alice);
  const b = await live(bob);

  assert.deepEqual(await a.value('Watch', [bob.user]), [{ user: bob.user, online: true }]);
  await b.stop();
  await eventually(() => assert.equal(a.of('presence').at(-1)?.data.online, false));
  await live(bob);

  await eventually(() => assert.deepEqual(a.of('presence').at(-1)?.data, { user: bob.user, online: true }));
});

test('Being added to a group and leaving it arrive live', async () => {
  const [alice, bob, carol] = await people('alice', 'bob', 'carol');
  const c = await live(carol);
  const room = await alice.group('Walk', bob);

  await alice.call('POST', `/v1/conversations/${room}/members`, { users: [carol.user] });
  await eventually(() => assert.deepEqual(c.of('conversation.joined').find((e) => e.data.conversation === room)?.data, { conversation: room, kind: 'group', title: 'Walk' }));
  await alice.call('DELETE', `/v1/conversations/${room}/members/${carol.user}`);

  await eventually(() => assert.ok(c.of('conversation.left').some((e) => e.data.conversation === room)));
});

for (const [what, text] of Object.entries(hostileTexts)) {
  test(`A text with ${what} comes back as it was sent`, async () => {
    const [alice, bob] = await people('alice', 'bob');
    const room = await alice.direct(bob);
    const [a, b] = await Promise.all([live(alice), live(bob)]);

    await a.value('Send', room, randomUUID(), text);

    await eventually(() => assert.deepEqual(b.texts(room), [text]));
    assert.equal((await bob.history(room)).entries.at(-1).text, text);
  });
}

test('What cannot be done is an answer with its code and never an exception', async () => {
  const [alice, bob, carol] = await people('alice', 'bob', 'carol');
  const room = await alice.direct(bob);
  const [a, c] = await Promise.all([live(alice), live(carol)]);
  const { seq } = await alice.send(room, 'mine');
  const code = async (connection, ...call) => (await connection.invoke(...call)).refusal?.code;

  assert.equal(await code(c, 'Send', room, 'key', 'let me in'), 'chat.not_found');
  assert.equal(await code(c, 'History', room, null, null, 10), 'chat.not_found');
  assert.equal(await code(a, 'Send', randomUUID(), 'key', 'nowhere'), 'chat.not_found');
  assert.equal(await code(a, 'Send', room, '', 'no key'), 'chat.client_key');
  assert.equal(await code(a, 'Send', room, 'key', '   '), 'chat.text_empty');
  assert.equal(await code(a, 'Send', room, 'key', 'x'.repeat(60_000)), 'chat.text_too_long');
  assert.equal(await code(a, 'Send', room, 'key', 'nul \u0000'), 'request.text_not_storable');
  assert.equal(await code(a, 'Send', room, 'key', 'lone \uD800'), 'request.text_not_storable');
  assert.equal(await code(a, 'Edit', room, seq + 1000, 'what'), 'chat.message_not_found');
  assert.equal(await code(a, 'MarkRead', room, seq + 1000), 'chat.message_not_found');
  assert.equal(await code(a, 'Send', 'not an id', 'key', 'text'), 'request.malformed');
  assert.equal(await code(a, 'Send', room, 7, {}), 'request.malformed');
  assert.equal(await code(a, 'Watch', 'everyone'), 'request.malformed');
  assert.ok(await a.value('Send', room, 'still-here', 'the connection lives on'));
});

test('Without a token, and with a forged one, there is no connection', async () => {
  const [alice] = await people('alice');
  const [head, claims, signature] = alice.tokens.accessToken.split('.');
  const forged = [head, claims, signature.split('').reverse().join('')].join('.');

  for (const token of ['', 'nonsense', forged]) {
    const connection = alice.connection({ accessTokenFactory: () => token });
    await assert.rejects(connection.start(), /401/);
  }
});

test('When a session is ended its connections are closed with the reason', async () => {
  const [alice] = await people('alice');
  const a = await live(alice);

  await alice.call('POST', '/v1/auth/logout');

  await eventually(() => assert.deepEqual([a.closings, a.hub.state], [['realtime.session_ended'], signalR.HubConnectionState.Disconnected]));
});
