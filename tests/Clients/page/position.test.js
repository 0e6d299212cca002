import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Position } from '../../../api/web/js/position.js';

function following(cursor = 'start') {
  const log = [];
  const position = new Position({ cursor, apply: (event) => log.push(event), reload: async () => { log.push('reload'); } });
  return { log, position };
}

const answers = (...pages) => {
  const asked = [];
  return { asked, read: async (cursor) => { asked.push(cursor); return { events: [], more: false, reset: false, ...pages.shift() }; } };
};

test('A catch-up reads on until nothing is left, each time from the cursor it was given', async () => {
  const { log, position } = following();
  const { asked, read } = answers({ events: ['a', 'b'], cursor: 'two', more: true }, { events: ['c'], cursor: 'three' });

  await position.catchUp(read);

  assert.deepEqual(log, ['a', 'b', 'c']);
  assert.deepEqual(asked, ['start', 'two']);
  assert.equal(position.cursor, 'three');
});

test('What is pushed during a catch-up is applied after it', async () => {
  const { log, position } = following();

  await position.catchUp(async () => {
    position.pushed('late');
    return { events: ['early'], cursor: 'two', more: false, reset: false };
  });

  assert.deepEqual(log, ['early', 'late']);
});

test('A position that is told during a catch-up is passed over: it may cover what is still to come', async () => {
  const { position } = following();

  await position.catchUp(async () => {
    assert.equal(position.moved('ahead'), false);
    return { events: [], cursor: 'two', more: false, reset: false };
  });

  assert.equal(position.cursor, 'two');
});

test('A catch-up that breaks in the middle goes on from the last page that was applied, and loses no push', async () => {
  const { log, position } = following();
  const pages = answers({ events: ['a'], cursor: 'two', more: true });

  await assert.rejects(position.catchUp(async (cursor) => {
    if (cursor === 'two') throw new Error('broken');
    position.pushed('live');
    return pages.read(cursor);
  }));

  assert.equal(position.cursor, 'two');
  assert.deepEqual(log, ['a', 'live']);
});

test('After a reset the lists are read before anything that was pushed meanwhile', async () => {
  const { log, position } = following('old');

  await position.catchUp(async () => {
    position.pushed('live');
    return { events: [], cursor: 'fresh', more: false, reset: true };
  });

  assert.deepEqual(log, ['reload', 'live']);
  assert.equal(position.cursor, 'fresh');
});

test('When the lists cannot be read after a reset, the old cursor stays and the reset comes again', async () => {
  const position = new Position({ cursor: 'old', apply: () => {}, reload: async () => { throw new Error('unreachable'); } });

  await assert.rejects(position.catchUp(async () => ({ events: [], cursor: 'fresh', more: false, reset: true })));

  assert.equal(position.cursor, 'old');
});

test('A position that is told in peace is taken', () => {
  const { position } = following();

  assert.equal(position.moved('next'), true);
  assert.equal(position.cursor, 'next');
});
