import * as signalR from '@microsoft/signalr';
import { randomBytes, randomUUID } from 'node:crypto';

export const password = 'correct horse battery';

/** A person with an account of their own: names do not collide between tests. */
export class Person {
  constructor(address, tokens) {
    this.address = address;
    this.user = tokens.user;
    this.handle = tokens.handle;
    this.tokens = tokens;
  }

  static async register(address, name, handle = `${name}_${randomBytes(5).toString('hex')}`) {
    const displayName = name[0].toUpperCase() + name.slice(1);
    return new Person(address, await call(address, 'POST', '/v1/auth/register', { body: { handle, displayName, password } }));
  }

  call(method, path, body) { return call(this.address, method, path, { body, token: this.tokens.accessToken }); }

  async direct(other) { return (await this.call('POST', '/v1/conversations', { kind: 'direct', members: [other.user] })).id; }

  async group(title, ...others) { return (await this.call('POST', '/v1/conversations', { kind: 'group', title, members: others.map((o) => o.user) })).id; }

  send(conversation, text, clientKey = randomUUID()) { return this.call('POST', `/v1/conversations/${conversation}/messages`, { clientKey, text }); }

  history(conversation, query = 'limit=100') { return this.call('GET', `/v1/conversations/${conversation}/messages?${query}`); }

  /** A connection of the official client, not yet started; with a retry policy it connects again by itself. */
  connection(options = {}, retry = null) {
    const builder = new signalR.HubConnectionBuilder()
      .withUrl(`${this.address}/v1/live`, { accessTokenFactory: () => this.tokens.accessToken, ...options })
      .configureLogging(signalR.LogLevel.None);
    return (retry ? builder.withAutomaticReconnect(retry) : builder).build();
  }

  /** A started and subscribed connection that remembers what it hears. */
  async live(cursor = null, options = {}) {
    const live = new Live(this.connection(options));
    await live.start(cursor);
    return live;
  }
}

/** The official client with a memory. */
export class Live {
  events = [];
  positions = [];
  closings = [];
  reset = null;
  heard = () => {};

  constructor(hub) {
    this.hub = hub;
    hub.on('event', (event) => this.#take(event));
    hub.on('position', (cursor) => this.positions.push(cursor));
    hub.on('reset', (cursor) => this.positions.push(cursor));
    hub.on('closing', (code) => this.closings.push(code));
  }

  async start(cursor) {
    await this.hub.start();
    this.positions.push(cursor);
    await this.readOn();
  }

  /** Reads what happened since the cursor; `reset` tells whether the first answer was one. */
  async readOn() {
    for (let more = true; more;) {
      const page = await this.value('Subscribe', this.cursor);
      this.reset ??= page.reset;
      page.events.forEach((event) => this.#take(event));
      this.positions.push(page.cursor);
      more = page.more;
    }
  }

  #take(event) {
    this.events.push(event);
    this.heard(event);
  }

  get cursor() { return this.positions.at(-1); }

  of(type) { return this.events.filter((event) => event.type === type); }

  texts(conversation) { return this.of('message.created').filter((e) => e.topic === conversation && e.data.kind === 'text').map((e) => e.data.text); }

  invoke(method, ...parameters) { return this.hub.invoke(method, ...parameters); }

  async value(method, ...parameters) {
    const { value, refusal } = await this.invoke(method, ...parameters);
    if (refusal) throw Object.assign(new Error(`${refusal.code}: ${refusal.message}`), refusal);
    return value;
  }

  stop() { return this.hub.stop(); }
}

async function call(address, method, path, { body, token } = {}) {
  const response = await fetch(address + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text ? JSON.parse(text) : null;
}
