import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeline } from '../../../api/web/js/timeline.js';

const entry = (seq, version = 1, text = `m${seq}`) => ({ seq, version, text });
const page = (from, to, { lastSeq = to, hasBefore = from > 1 } = {}) =>
  ({ entries: Array.from({ length: to - from + 1 }, (_, i) => entry(from + i)), lastSeq, hasBefore, hasAfter: to < lastSeq });
const numbers = (timeline) => timeline.entries.map((e) => e.seq);

function loaded(from, to) {
  const timeline = new Timeline();
  timeline.putPage(page(from, to));
  return timeline;
}

test('What is pushed before anything was read is not kept: the page that is read brings it', () => {
  const timeline = new Timeline();

  assert.equal(timeline.put(entry(7)), false);
  assert.deepEqual(timeline.entries, []);
});

test('An entry that comes twice stands once', () => {
  const timeline = loaded(1, 2);

  assert.equal(timeline.put(entry(3)), true);
  assert.equal(timeline.put(entry(3)), false);

  assert.deepEqual(numbers(timeline), [1, 2, 3]);
});

test('The higher version of an entry is kept in whatever order they come', () => {
  const timeline = loaded(1, 2);

  timeline.put(entry(2, 3, 'third'));
  timeline.put(entry(2, 2, 'second'));

  assert.equal(timeline.get(2).text, 'third');
});

test('Entries above a hole are shown once the hole is filled, by a late push', () => {
  const timeline = loaded(1, 2);

  timeline.put(entry(5));
  timeline.put(entry(4));
  assert.deepEqual(numbers(timeline), [1, 2]);
  timeline.put(entry(3));

  assert.deepEqual(numbers(timeline), [1, 2, 3, 4, 5]);
});

test('Entries above a hole are shown once the hole is filled, by a page', () => {
  const timeline = loaded(1, 2);

  timeline.put(entry(6));
  timeline.putPage(page(3, 5, { lastSeq: 6, hasBefore: true }));

  assert.deepEqual(numbers(timeline), [1, 2, 3, 4, 5, 6]);
});

test('Older pages go before, and tell when the beginning is reached', () => {
  const timeline = loaded(41, 60);
  assert.equal(timeline.hasBefore, true);

  timeline.putPage(page(21, 40, { lastSeq: 60 }));
  timeline.putPage(page(1, 20, { lastSeq: 60 }));

  assert.equal(timeline.hasBefore, false);
  assert.deepEqual([timeline.low, timeline.high], [1, 60]);
});

test('A page that does not touch what is known replaces it when it is newer, and is passed over when it is older', () => {
  const timeline = loaded(10, 20);

  timeline.putPage(page(50, 60));
  assert.deepEqual([timeline.low, timeline.high, timeline.hasBefore], [50, 60, true]);
  timeline.putPage(page(1, 5));

  assert.deepEqual([timeline.low, timeline.high], [50, 60]);
});

test('A change of an entry that is not loaded changes nothing', () => {
  const timeline = loaded(10, 20);

  assert.equal(timeline.put(entry(3, 2)), false);
  assert.deepEqual([timeline.low, timeline.high], [10, 20]);
});

test('An empty conversation counts as read, and takes its first entry', () => {
  const timeline = new Timeline();

  timeline.putPage({ entries: [], lastSeq: 0, hasBefore: false });
  timeline.put(entry(1));

  assert.deepEqual(numbers(timeline), [1]);
});

test('Trimming keeps the newest and says that there is more before', () => {
  const timeline = loaded(1, 30);

  timeline.trim(10);

  assert.deepEqual([timeline.low, timeline.high, timeline.hasBefore], [21, 30, true]);
});

test('The run is the same whatever the order in which entries, versions and pages come', () => {
  const random = seeded(7);
  for (let round = 0; round < 200; round++) {
    const timeline = loaded(1, 3);
    const arrivals = [entry(4), entry(5), entry(5, 2, 'changed'), entry(6), entry(7), entry(2, 2, 'changed'), entry(4)];
    for (const one of arrivals.map((e) => [random(), e]).sort((a, b) => a[0] - b[0])) timeline.put(one[1]);

    assert.deepEqual(timeline.entries.map((e) => `${e.seq} ${e.text}`), ['1 m1', '2 changed', '3 m3', '4 m4', '5 changed', '6 m6', '7 m7']);
  }
});

function seeded(state) {
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
