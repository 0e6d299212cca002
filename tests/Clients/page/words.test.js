import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, attempts, canCancel, canRun, emptiness, firstState, glimpse, local, moment, nameOf, oldest, stateOf, titleOf, utc } from '../../../api/web/jobs/words.js';

test('A duration is said in its largest unit, and beyond an hour in two', () => {
  const said = [0, 0.4, 1, 3.9, 59.9, 60, 300, 3_599, 3_600, 3_700, 7_980, 86_399, 86_400, 100_000, 9_000_000].map(age);

  assert.deepEqual(said, ['under 1 s', 'under 1 s', '1 s', '3 s', '59 s', '1 min', '5 min', '59 min', '1 h', '1 h 1 min', '2 h 13 min', '23 h 59 min', '1 d', '1 d 3 h', '104 d 4 h']);
});

test('A queue in which nothing is due has no oldest job', () => {
  assert.equal(oldest({ due: 0, oldestSeconds: 0 }), '–');
  assert.equal(oldest({ due: 1, oldestSeconds: 7.2 }), '7 s');
});

test('Attempts are counted in words', () => assert.deepEqual([0, 1, 10].map(attempts), ['not begun', '1 attempt', '10 attempts']));

test('A time is said as here, with its year when it is another, and as logs have it', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');

  assert.match(local('2026-11-27T10:00:05Z', now), /:05/);
  assert.doesNotMatch(local('2026-11-27T10:00:05Z', now), /2026/);
  assert.match(local('2024-11-27T10:00:05Z', now), /2024/);
  assert.equal(utc('2026-11-27T11:00:05.1234567+01:00'), '2026-11-27 10:00:05 UTC');
});

test('Of a job the time is told that tells most', () => {
  const times = { runAt: 'run', startedAt: 'start', endedAt: 'end' };

  assert.deepEqual(moment({ state: 'waiting', ...times }), ['due', 'run']);
  assert.deepEqual(moment({ state: 'running', ...times }), ['began', 'start']);
  assert.deepEqual(moment({ state: 'dead', ...times }), ['ended', 'end']);
  assert.deepEqual(moment({ state: 'cancelled', runAt: 'run' }), ['ended', 'run']);
});

test('What runs is not run again beside itself, and what has ended or recurs is not cancelled', () => {
  const all = ['waiting', 'running', 'dead', 'done', 'cancelled'];

  assert.deepEqual(all.filter((state) => canRun({ state })), ['waiting', 'dead', 'cancelled']);
  assert.deepEqual(all.filter((state) => canCancel({ state })), ['waiting', 'running', 'dead']);
  assert.deepEqual(all.filter((state) => canCancel({ state, cron: '7 * * * *' })), []);
  assert.deepEqual([stateOf({ state: 'running', cancelling: true }), canCancel({ state: 'running', cancelling: true })], ['stopping', false]);
});

test('A key cannot turn the direction of the sentence around it', () => {
  assert.equal(nameOf({ kind: 'mail.sent', key: 'a\u202Eb' }), 'mail.sent \u2068ab\u2069');
  assert.equal(nameOf({ kind: 'jobs.swept', key: '' }), 'jobs.swept');
});

test('An error is glimpsed by the beginning of its first line', () => {
  assert.equal(glimpse(null), '');
  assert.equal(glimpse('\n  No pixels. \n   at Scaler:12'), 'No pixels.');
  assert.equal(glimpse('x'.repeat(200)), `${'x'.repeat(160)}…`);
});

test('The dead are shown first if there are any', () => {
  assert.equal(firstState([{ dead: 0 }, { dead: 1 }]), 'dead');
  assert.equal(firstState([{ dead: 0 }]), 'all');
  assert.equal(titleOf('dead'), 'Dead jobs');
  assert.equal(emptiness('dead', 'mail'), 'No job in the queue mail is dead.');
  assert.equal(emptiness('all', ''), 'There are no jobs.');
});
