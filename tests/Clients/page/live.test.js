import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Live } from '../../../api/web/js/live.js';
import { Position } from '../../../api/web/js/position.js';
import { eventually } from '../eventually.js';

/** The other side as the page's connection sees it: what start and Subscribe answer is the test's to say. */
class Wire {
  hubs = [];
  subscribed = [];
  starts = [];
  answers = [];

  get signalR() {
    const wire = this;
    return {
      LogLevel: { None: 6 },
      HubConnectionBuilder: class {
        withUrl(_, { accessTokenFactory }) { this.token = accessTokenFactory; return this; }

        configureLogging() { return this; }

        build() { return new Hub(wire, this.token); }
      },
    };
  }

  get hub() { return this.hubs.at(-1); }
}

class Hub {
  #handlers = {};
  #closed = [];

  constructor(wire, token) {
    this.wire = wire;
    this.token = token;
    wire.hubs.push(this);
  }

  on(name, handler) { this.#handlers[name] = handler; }

  onclose(handler) { this.#closed.push(handler); }

  async start() {
    await this.token();
    const fault = this.wire.starts.shift();
    if (fault) throw fault;
  }

  async stop() { this.#closed.splice(0).forEach((handler) => handler()); }

  async invoke(method, cursor) {
    assert.equal(method, 'Subscribe');
    this.wire.subscribed.push(cursor);
    return this.wire.answers.shift() ?? { value: { events: [], cursor: `after ${cursor}`, more: false, reset: false } };
  }

  push(name, argument) { this.#handlers[name](argument); }
}

function connecting(cursor = 'kept', backoff = undefined) {
  const wire = new Wire();
  const log = [];
  const asked = [];
  const position = new Position({ cursor, apply: (event) => log.push(event), reload: async () => { log.push('reload'); } });
  const session = { token: async (refused = null) => { asked.push(refused); return refused ? 'fresh' : 'token'; } };
  const live = new Live({ signalR: wire.signalR, session, position, changed: () => {}, backoff });
  void live.run();
  return { wire, log, asked, position, live };
}

const online = (live) => eventually(() => assert.equal(live.state, 'online'));

test('A connection reads on from the cursor that was kept, and hands on what is pushed', async () => {
  const { wire, log, position, live } = connecting();
  await online(live);

  wire.hub.push('event', 'hello');
  wire.hub.push('position', 'further');

  assert.deepEqual(wire.subscribed, ['kept']);
  assert.deepEqual(log, ['hello']);
  assert.equal(position.cursor, 'further');
  await live.stop();
});

test('A connection that breaks is opened again and reads on from where it was', async () => {
  const { wire, live } = connecting();
  await online(live);
  wire.hub.push('position', 'further');

  await wire.hub.stop();
  await eventually(() => assert.deepEqual(wire.subscribed, ['kept', 'further']));

  assert.equal(wire.hubs.length, 2);
  await live.stop();
});

test('What an old connection still says is not heard', async () => {
  const { wire, log, position, live } = connecting();
  await online(live);
  const old = wire.hub;
  await old.stop();
  await eventually(() => assert.equal(wire.hubs.length, 2));
  await online(live);

  old.push('event', 'late');
  old.push('position', 'wrong');

  assert.deepEqual(log, []);
  assert.notEqual(position.cursor, 'wrong');
  await live.stop();
});

test('A cursor that the server does not take is dropped, and the lists are read anew', async () => {
  const wire = new Wire();
  wire.answers = [
    { refusal: { code: 'realtime.bad_cursor', message: 'Not a cursor of yours.' } },
    { value: { events: [], cursor: 'fresh', more: false, reset: true } },
  ];
  const log = [];
  const position = new Position({ cursor: 'strange', apply: () => {}, reload: async () => { log.push('reload'); } });
  const live = new Live({ signalR: wire.signalR, session: { token: async () => 'token' }, position, changed: () => {} });
  void live.run();

  await online(live);

  assert.deepEqual(wire.subscribed, ['strange', null]);
  assert.deepEqual(log, ['reload']);
  assert.equal(position.cursor, 'fresh');
  await live.stop();
});

test('When the server says that it cannot go on from the cursor, the lists are read anew on the same connection', async () => {
  const { wire, log, position, live } = connecting();
  await online(live);

  wire.hub.push('reset', 'fresh');
  wire.hub.push('event', 'pushed meanwhile');

  await eventually(() => assert.deepEqual(log, ['reload', 'pushed meanwhile']));
  assert.equal(position.cursor, 'fresh');
  assert.equal(wire.hubs.length, 1);
  await live.stop();
});

test('A connection that is told to close comes back by itself', async () => {
  const { wire, live } = connecting();
  await online(live);

  wire.hub.push('closing', 'realtime.slow_consumer');

  await eventually(() => assert.equal(wire.hubs.length, 2));
  await online(live);
  await live.stop();
});

test('A token that the server refuses is exchanged before the next attempt', async () => {
  const { wire, asked, live } = connecting();
  wire.starts.push(Object.assign(new Error('Failed to complete negotiation with the server: Status code \'401\''), {}));

  await online(live);

  assert.equal(asked.at(-1), 'token');
  await live.stop();
});

test('Trying now does not wait out the pause', async () => {
  const { wire, live } = connecting('kept', { next: () => 1_000_000, reset: () => {} });
  wire.starts.push(new Error('unreachable'));
  await eventually(() => assert.equal(live.state, 'waiting'));

  live.tryNow();

  await online(live);
  assert.equal(wire.hubs.length, 2);
  await live.stop();
});
