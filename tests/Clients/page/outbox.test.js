import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox, verdict } from '../../../api/web/js/outbox.js';
import { Sender } from '../../../api/web/js/sender.js';
import { MemoryStorage } from './storage.js';

const texts = (letters) => letters.map((letter) => letter.text);

test('A message is on the device before it is sent, and survives the page', () => {
  const storage = new MemoryStorage();

  new Outbox(storage, 'alice').add('room', 'hello', 'k1', 1);

  assert.deepEqual(texts(new Outbox(storage, 'alice').of('room')), ['hello']);
});

test('With its receipt a message leaves the device', () => {
  const storage = new MemoryStorage();
  const outbox = new Outbox(storage, 'alice');
  outbox.add('room', 'hello', 'k1', 1);

  outbox.settle('k1');

  assert.equal(storage.length, 0);
  assert.deepEqual(outbox.waiting, []);
});

test('Messages keep the order of their writing, even when the clock of the device goes back', () => {
  const outbox = new Outbox(new MemoryStorage(), 'alice');

  outbox.add('room', 'one', 'k1', 1000);
  outbox.add('room', 'two', 'k2', 10);
  outbox.add('other', 'elsewhere', 'k3', 5);

  assert.deepEqual(texts(outbox.of('room')), ['one', 'two']);
});

test('Two people of one browser do not see each other\'s messages', () => {
  const storage = new MemoryStorage();
  new Outbox(storage, 'alice').add('room', 'from alice', 'k1', 1);

  assert.deepEqual(new Outbox(storage, 'bob').of('room'), []);
});

test('What another tab of the same person got a receipt for is forgotten here too', () => {
  const storage = new MemoryStorage();
  const outbox = new Outbox(storage, 'alice');
  outbox.add('room', 'hello', 'k1', 1);

  assert.equal(outbox.forgotten('social.outbox.alice.k1'), true);
  assert.equal(outbox.forgotten('something.else'), false);

  assert.deepEqual(outbox.of('room'), []);
});

test('A refused message stays in sight and does not hold up the next', () => {
  const outbox = new Outbox(new MemoryStorage(), 'alice');
  outbox.add('room', 'too long', 'k1', 1);
  outbox.add('room', 'short', 'k2', 2);

  outbox.refuse('k1', 'The text is too long.');

  assert.equal(outbox.next('room').text, 'short');
  assert.deepEqual(texts(outbox.of('room')), ['too long', 'short']);
});

test('A full device still sends, and says that it cannot keep', () => {
  const outbox = new Outbox(new MemoryStorage(10), 'alice');

  outbox.add('room', 'hello', 'k1', 1);

  assert.equal(outbox.volatile, true);
  assert.equal(outbox.next('room').text, 'hello');
});

test('What is stored under the name of a message and is none is passed over', () => {
  const storage = new MemoryStorage();
  storage.setItem('social.outbox.alice.k1', '{broken');
  storage.setItem('social.outbox.alice.k2', '{"key":7}');

  assert.deepEqual(new Outbox(storage, 'alice').waiting, []);
});

for (const [what, refusal, expected] of [
  ['no answer', null, true],
  ['a refusal that names a time', { code: 'service.unavailable', retryAfterSeconds: 1 }, true],
  ['a refusal that names no time', { code: 'chat.text_too_long' }, false],
  ['a refusal that may be repeated at once', { code: 'realtime.slow_consumer', retryAfterSeconds: 0 }, true],
]) {
  test(`After ${what} a message is ${expected ? '' : 'not '}sent again`, () => assert.equal(verdict(refusal).retry, expected));
}

class Wire {
  online = true;
  sent = [];
  answers = [];

  async invoke(_, conversation, key, text) {
    this.sent.push(`${key} ${text}`);
    const answer = this.answers.shift();
    if (answer === 'break') {
      this.online = false;
      throw new Error('The connection broke.');
    }
    return answer ?? { value: { conversation, seq: this.sent.length, sentAt: '2026-01-01T00:00:00Z' } };
  }
}

function sending() {
  const outbox = new Outbox(new MemoryStorage(), 'alice');
  const live = new Wire();
  const receipts = [];
  const sender = new Sender({ outbox, live, settled: (letter, receipt) => receipts.push(`${letter.key} ${receipt.seq}`), changed: () => {} });
  return { outbox, live, receipts, sender };
}

test('When the connection breaks before the receipt, the same key is sent again on the next', async () => {
  const { outbox, live, receipts, sender } = sending();
  outbox.add('room', 'hello', 'k1', 1);
  live.answers = ['break'];

  await sender.send('room');
  assert.deepEqual(receipts, []);
  live.online = true;
  await sender.send('room');

  assert.deepEqual(live.sent, ['k1 hello', 'k1 hello']);
  assert.deepEqual(receipts, ['k1 2']);
});

test('A message waits for the receipt of the one before it', async () => {
  const { outbox, live, sender } = sending();
  outbox.add('room', 'one', 'k1', 1);
  outbox.add('room', 'two', 'k2', 2);
  live.answers = [{ refusal: { code: 'chat.busy', retryAfterSeconds: 0 } }];

  await sender.send('room');

  assert.deepEqual(live.sent, ['k1 one', 'k1 one', 'k2 two']);
});

test('A refusal that waiting does not help ends the tries and is shown', async () => {
  const { outbox, live, sender } = sending();
  outbox.add('room', 'hello', 'k1', 1);
  live.answers = [{ refusal: { code: 'chat.not_found', message: 'There is no such conversation.' } }];

  await sender.send('room');

  assert.equal(outbox.get('k1').refusal, 'There is no such conversation.');
  assert.equal(live.sent.length, 1);
});

test('Asking twice to send does not send twice', async () => {
  const { outbox, live, sender } = sending();
  outbox.add('room', 'hello', 'k1', 1);

  await Promise.all([sender.send('room'), sender.send('room')]);

  assert.deepEqual(live.sent, ['k1 hello']);
});

test('A text that the hub would end the connection for is refused before it is sent', async () => {
  const { outbox, live, sender } = sending();
  outbox.add('room', '漢'.repeat(50_000), 'k1', 1);
  outbox.add('room', 'short', 'k2', 2);

  await sender.send('room');

  assert.match(outbox.get('k1').refusal, /longer than this server takes/);
  assert.deepEqual(live.sent, ['k2 short']);
});
