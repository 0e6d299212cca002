// The official client against two silos, with whatever stands between them and it sending each connection elsewhere.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { eventually } from './eventually.js';
import { Person } from './people.js';
import { Server } from './server.js';

let server;
let proxy;
before(async () => {
  server = await Server.start({ silos: 2 });
  proxy = await alternate(server.silos);
});
after(async () => {
  proxy?.close();
  await server?.stop();
});

test('A client negotiates with one silo and connects to the other', async () => {
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => Person.register(proxy.address, name)));
  const room = await alice.direct(bob);
  const open = [];
  for (let i = 0; i < 6; i++) open.push(await (i % 2 ? alice : bob).live());

  await open[1].value('Send', room, randomUUID(), 'hello from one silo to all');

  for (const live of open.filter((_, i) => i !== 1)) await eventually(() => assert.deepEqual(live.texts(room), ['hello from one silo to all']));
  assert.ok(proxy.taken.every((count) => count > 3), `connections of each silo: ${proxy.taken}`);
  await Promise.all(open.map((live) => live.stop()));
});

test('Everyone hears the same order, whichever silo they are connected to', async () => {
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => Person.register(proxy.address, name)));
  const room = await alice.direct(bob);
  const [a, b, c, d] = [await alice.live(), await bob.live(), await alice.live(), await bob.live()];

  await Promise.all(Array.from({ length: 60 }, (_, i) => [a, b, c, d][i % 4].value('Send', room, randomUUID(), `${i}`)));
  const order = (await alice.history(room)).entries.filter((e) => e.kind === 'text').map((e) => e.text);

  for (const [i, live] of [a, b, c, d].entries()) {
    const heard = order.filter((text) => Number(text) % 4 !== i);
    await eventually(() => assert.deepEqual(live.texts(room), heard));
  }
  await Promise.all([a, b, c, d].map((live) => live.stop()));
});

test('A session that ends at one silo is over at the other within a second', async () => {
  const alice = await Person.register(server.silos[0], 'alice');
  const elsewhere = new Person(server.silos[1], alice.tokens);
  await elsewhere.call('GET', '/v1/conversations');
  const live = await elsewhere.live();

  await alice.call('POST', '/v1/auth/logout');

  await eventually(() => assert.deepEqual(live.closings, ['realtime.session_ended']), { withinMs: 5_000 });
  await assert.rejects(elsewhere.call('GET', '/v1/conversations'), /answered 401/);
});

/** Passes bytes on and understands nothing: each new connection goes to the next address. */
async function alternate(addresses) {
  const targets = addresses.map((address) => Number(new URL(address).port));
  const taken = targets.map(() => 0);
  let next = 0;
  const listener = createServer((client) => {
    const at = next++ % targets.length;
    taken[at]++;
    const target = connect(targets[at], '127.0.0.1');
    for (const [from, to] of [[client, target], [target, client]]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${listener.address().port}`, taken, close: () => listener.close() };
}
