import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused, Unreachable } from '../../../api/web/js/api.js';
import { Backoff } from '../../../api/web/js/backoff.js';
import { lifetimeMs, Sessions } from '../../../api/web/js/session.js';
import { MemoryStorage } from './storage.js';

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (name, seconds = 600) => `${part({ alg: 'ES256' })}.${part({ iat: 1000, exp: 1000 + seconds, jti: name })}.${name}`;

/** A server that exchanges each refresh token once, as the real one does. */
class Server {
  refreshes = 0;
  ended = false;
  unreachable = false;
  #good = new Set();
  #made = 0;

  tokens(user, seconds = 600) {
    const refreshToken = `r${++this.#made}`;
    this.#good.add(refreshToken);
    return { user, handle: user, accessToken: token(`a${this.#made}`, seconds), accessExpiresAt: '2000-01-01T00:00:00Z', refreshToken };
  }

  request = async (_, path, { body }) => {
    if (this.unreachable) throw new Unreachable();
    if (path.endsWith('/login')) return this.tokens(body.handle, body.password === 'short' ? 30 : 600);
    if (path.endsWith('/logout')) return null;
    this.refreshes++;
    await null;
    if (this.ended || !this.#good.delete(body.refreshToken)) throw new Refused({ status: 401, code: 'identity.refresh_reused' });
    return this.tokens('alice');
  };
}

/** One lock for each name, as navigator.locks gives all tabs of a browser. */
class Locks {
  #tails = new Map();

  request(name, work) {
    const run = (this.#tails.get(name) ?? Promise.resolve()).then(work);
    this.#tails.set(name, run.catch(() => {}));
    return run;
  }
}

function browser(server = new Server()) {
  const local = new MemoryStorage();
  const locks = new Locks();
  return { server, tab: () => new Sessions({ local, tab: new MemoryStorage(), request: server.request, locks }) };
}

test('A token that lives is used without asking again', async () => {
  const { server, tab } = browser();
  const session = await tab().signIn('alice', 'secret');

  assert.equal(await session.token(), await session.token());
  assert.equal(server.refreshes, 0);
});

test('A token is renewed before it ends', async () => {
  const { server, tab } = browser();
  const session = await tab().signIn('alice', 'short');

  const [one, two] = await Promise.all([session.token(), session.token()]);

  assert.equal(server.refreshes, 1);
  assert.equal(one, two);
});

test('Two tabs of one person renew at the same moment, and the refresh token is used once', async () => {
  const { server, tab } = browser();
  const here = tab();
  const session = await here.signIn('alice', 'short');
  const other = tab().current();

  const [one, two] = await Promise.all([session.token(), other.token()]);

  assert.equal(server.refreshes, 1);
  assert.equal(one, two);
});

test('A token that the server refuses is renewed once, however many ask', async () => {
  const { server, tab } = browser();
  const session = await tab().signIn('alice', 'secret');
  const refused = await session.token();

  const fresh = await Promise.all([session.token(refused), session.token(refused)]);

  assert.equal(server.refreshes, 1);
  assert.notEqual(fresh[0], refused);
});

test('When the server ends the session, the tokens are gone and the page is told', async () => {
  const { server, tab } = browser();
  const sessions = tab();
  const session = await sessions.signIn('alice', 'short');
  let told = 0;
  session.addEventListener('ended', () => told++);
  server.ended = true;

  await assert.rejects(session.token(), { code: 'identity.session_ended' });

  assert.equal(told, 1);
  assert.equal(sessions.current(), null);
});

test('A server that cannot be reached ends no session', async () => {
  const { server, tab } = browser();
  const sessions = tab();
  const session = await sessions.signIn('alice', 'short');
  server.unreachable = true;

  await assert.rejects(session.token(), Unreachable);
  server.unreachable = false;

  assert.ok(await session.token());
});

test('Two tabs of one browser can be two people', async () => {
  const { tab } = browser();
  const first = tab();
  const second = tab();
  await first.signIn('alice', 'secret');
  await second.signIn('bob', 'secret');

  assert.equal(first.current().user, 'alice');
  assert.equal(second.current().user, 'bob');
  assert.deepEqual(second.remembered().map((p) => p.handle), ['alice', 'bob']);
});

test('A new tab belongs to who signed in last, and one who stepped aside stays signed in elsewhere', async () => {
  const { tab } = browser();
  const first = tab();
  await first.signIn('alice', 'secret');

  const second = tab();
  assert.equal(second.current().user, 'alice');
  second.stepAside();

  assert.equal(second.current(), null);
  assert.equal(first.current().user, 'alice');
});

test('Signing out forgets the tokens even when the server cannot be reached', async () => {
  const { server, tab } = browser();
  const sessions = tab();
  await sessions.signIn('alice', 'secret');
  server.unreachable = true;

  await sessions.signOut('alice');

  assert.equal(sessions.tokens('alice'), null);
  assert.equal(tab().current(), null);
});

test('How long a token lives is read from its own times, so a wrong clock does not matter', () => {
  assert.equal(lifetimeMs({ accessToken: token('a', 600), accessExpiresAt: '2000-01-01T00:00:00Z' }), 600_000);
});

test('Waiting times double up to a ceiling, are spread, and begin anew after success', () => {
  const latest = new Backoff({ firstMs: 100, ceilingMs: 1_000, random: () => 1 });
  const earliest = new Backoff({ firstMs: 100, ceilingMs: 1_000, random: () => 0 });

  assert.deepEqual(Array.from({ length: 6 }, () => latest.next()), [100, 200, 400, 800, 1_000, 1_000]);
  assert.deepEqual(Array.from({ length: 3 }, () => earliest.next()), [50, 100, 200]);
  latest.reset();

  assert.equal(latest.next(), 100);
});
