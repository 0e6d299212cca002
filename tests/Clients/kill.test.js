// What is left of a conversation when the process is killed in its middle: everything that was acknowledged, once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, Tab } from './browser.js';
import { eventually } from './eventually.js';
import { Live, Person } from './people.js';
import { Server } from './server.js';

let browser;
let server;
before(async () => {
  server = await Server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const people = (...names) => Promise.all(names.map((name) => Person.register(server.address, name)));

async function tabOf(person) {
  const context = await browser.newContext();
  const tab = await Tab.open(context, server.address);
  await tab.signIn(person);
  return { tab, context };
}

test('Two people on the page go on where they were after kill -9, and what was written meanwhile is sent once', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  await alice.send(room, 'before');
  const [{ tab: a, context: first }, { tab: b, context: second }] = await Promise.all([tabOf(alice), tabOf(bob)]);
  await a.openRoom('Bob');
  await b.openRoom('Alice');
  await a.write('acknowledged');
  await a.sent('acknowledged');
  await b.message('acknowledged').waitFor();

  await server.kill();
  await a.write('written while nobody listened');
  await a.write('and another');
  await a.page.getByText('Not connected. What you write is kept and sent later.').waitFor();
  assert.equal(await a.page.locator('.message.waiting').count(), 2);
  await a.picture('not-connected');
  await server.start();

  const expected = ['before', 'acknowledged', 'written while nobody listened', 'and another'];
  await a.sent('and another');
  await eventually(async () => assert.deepEqual(await b.texts(), expected));
  await eventually(async () => assert.deepEqual(await a.texts(), expected));
  await a.page.getByText('Not connected', { exact: false }).waitFor({ state: 'hidden' });
  assert.deepEqual((await bob.history(room)).entries.filter((e) => e.kind === 'text').map((e) => e.text), expected);
  await Promise.all([first.close(), second.close()]);
});

test('A page that was closed with something unsent sends it when it is opened again', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  await alice.send(room, 'before');
  const { tab, context } = await tabOf(alice);
  await tab.openRoom('Bob');
  await tab.message('before').waitFor();

  await server.kill();
  await tab.write('unsent');
  await tab.page.locator('.message.waiting').waitFor();
  await tab.page.close();
  await server.start();
  const again = await Tab.open(context, server.address);
  await again.openRoom('Bob');

  await again.sent('unsent');
  assert.deepEqual((await bob.history(room)).entries.filter((e) => e.kind === 'text').map((e) => e.text), ['before', 'unsent']);
  await context.close();
});

test('A page that slept through a kill reads on from its cursor', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  await alice.send(room, 'before');
  const { tab, context } = await tabOf(bob);
  await tab.openRoom('Alice');
  await tab.message('before').waitFor();
  await tab.page.getByText('Loading').waitFor({ state: 'detached' });
  const lists = [];
  tab.page.on('request', (request) => { if (/\/v1\/conversations(\?|\/[^/]+\/messages)/.test(request.url())) lists.push(request.url()); });
  await context.setOffline(true);

  await server.kill();
  await server.start();
  for (let i = 1; i <= 20; i++) await alice.send(room, `missed ${i}`);
  await context.setOffline(false);

  await eventually(async () => assert.deepEqual(await tab.texts(), ['before', ...Array.from({ length: 20 }, (_, i) => `missed ${i + 1}`)]), { withinMs: 60_000 });
  assert.deepEqual(lists, [], 'the cursor alone brings what was missed');
  await context.close();
});

test('The official client with its own reconnecting loses and doubles nothing over three kills', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  const heard = new Map();
  const acknowledged = new Map();
  const [a, b] = [await follow(alice, room, () => {}), await follow(bob, room, (e) => heard.set(e.seq, e.data.clientKey))];

  const total = 150;
  const sending = (async () => {
    for (let i = 0; i < total; i++) acknowledged.set(`key-${i}`, await sendUntilAcknowledged(a, room, `key-${i}`, `message ${i}`));
  })();
  for (const mark of [30, 70, 110]) {
    await eventually(() => assert.ok(acknowledged.size >= mark), { withinMs: 60_000, everyMs: 5 });
    await server.kill();
    await server.start();
  }
  await sending;

  const stored = [];
  for (let page = { entries: [], hasAfter: true }; page.hasAfter;) {
    page = await bob.history(room, `limit=100&after=${stored.at(-1)?.seq ?? 0}`);
    stored.push(...page.entries);
  }
  assert.deepEqual(stored.map((e) => e.seq), stored.map((_, i) => i + 1));
  const texts = stored.filter((e) => e.kind === 'text');
  assert.deepEqual(texts.map((e) => e.clientKey), Array.from({ length: total }, (_, i) => `key-${i}`));
  for (const entry of texts) assert.equal(acknowledged.get(entry.clientKey), entry.seq);
  await eventually(() => assert.deepEqual([...heard].sort((x, y) => x[0] - y[0]), texts.map((e) => [e.seq, e.clientKey])), { withinMs: 60_000 });
  await Promise.all([a.stop(), b.stop()]);
});

/** A client that connects again by itself and reads on from its cursor each time. */
async function follow(person, room, hear) {
  const live = new Live(person.connection({}, { nextRetryDelayInMilliseconds: () => 100 }));
  live.heard = (event) => { if (event.topic === room && event.type === 'message.created' && event.data.kind === 'text') hear(event); };
  live.hub.onreconnected(() => void live.readOn().catch(() => {}));
  await live.start(null);
  return live;
}

async function sendUntilAcknowledged(live, room, key, text) {
  return eventually(async () => {
    const answer = await live.invoke('Send', room, key, text).catch(() => ({}));
    if (answer.refusal && answer.refusal.retryAfterSeconds === undefined) throw new Error(`Refused: ${answer.refusal.code}`);
    assert.ok(answer.value, 'no receipt yet');
    return answer.value.seq;
  }, { withinMs: 60_000 });
}
