// One signed-in person at work: what the views ask for, and what flows between the model, the outbox, the live
// connection and what is kept on this device. The document is not touched here.

import { Live } from './live.js';
import { Outbox } from './outbox.js';
import { Position } from './position.js';
import { Refused } from './api.js';
import { restore, take } from './snapshot.js';
import { unreadOf } from './model.js';
import { Sender } from './sender.js';

const PageSize = 50;
const PagesAtStart = 4;
const WatchMs = 20_000;
const TypingMs = 3_000;
const KeepMs = 1_000;
const WatchedMax = 100;

export class App extends EventTarget {
  #api;
  #shelf;
  #signalR;
  #position;
  #sender;
  #reading = new Set();
  #loading = new Map();
  #asked = new Set();
  #typedAt = 0;
  #keepTimer = null;
  #watchTimer = null;
  #listed = false;
  #nextInbox = null;

  constructor({ session, api, storage, shelf, signalR }) {
    super();
    this.session = session;
    this.me = session.user;
    this.outbox = new Outbox(storage, this.me);
    this.ready = false;
    this.#api = api;
    this.#shelf = shelf;
    this.#signalR = signalR;
  }

  /** Shows what is kept on this device at once, then connects and reads on. */
  async start() {
    const { model, cursor } = restore(this.me, await this.#shelf.read(this.me));
    this.model = model;
    this.#position = new Position({ cursor, apply: (event) => this.#apply(event), reload: () => this.#reload() });
    this.live = new Live({ signalR: this.#signalR, session: this.session, position: this.#position, changed: (what) => this.#lived(what) });
    this.#sender = new Sender({ outbox: this.outbox, live: this.live, settled: (...sent) => this.#sent(...sent), changed: () => this.#changed() });
    this.ready = model.conversations.size > 0;
    this.#watchTimer = setInterval(() => this.#watch(), WatchMs);
    this.#changed();
    void this.live.run();
  }

  async stop() {
    clearInterval(this.#watchTimer);
    clearTimeout(this.#keepTimer);
    this.#keepTimer = null;
    await this.live?.stop();
  }

  // Conversations

  get hasMoreConversations() { return this.#nextInbox !== null; }

  async loadMoreConversations() {
    await this.#once('inbox', async () => { await this.#readInbox(this.#nextInbox); });
  }

  /** Makes sure that a conversation and its newest entries are here. */
  async open(id) {
    const conversation = this.model.conversation(id);
    if (!conversation?.members) await this.#fetch(id);
    const known = this.model.conversation(id);
    if (!known || known.timeline.loaded) return;
    const limit = Math.min(100, Math.max(PageSize, unreadOf(known) + 10));
    await this.#once(`open ${id}`, async () => this.model.putPage(id, await this.#api.history(id, { limit })));
  }

  async loadOlder(id) {
    const timeline = this.model.conversation(id)?.timeline;
    if (!timeline?.loaded || !timeline.hasBefore) return;
    await this.#once(`older ${id}`, async () => this.model.putPage(id, await this.#api.history(id, { before: timeline.low, limit: PageSize })));
  }

  isLoading(what) { return this.#loading.has(what); }

  async startDirect(handle) {
    const person = await this.#find(handle);
    return this.#started(await this.#api.start('direct', null, [person.id]));
  }

  async startGroup(title, handles, key) {
    const people = await Promise.all(handles.map((handle) => this.#find(handle)));
    return this.#started(await this.#api.start('group', title, [...new Set(people.map((p) => p.id))], key));
  }

  async invite(id, handle) { this.#viewed(await this.#api.invite(id, [(await this.#find(handle)).id])); }

  async retitle(id, title) { this.#viewed(await this.#api.retitle(id, title)); }

  async removeMember(id, user) {
    await this.#api.remove(id, user);
    if (user === this.me) this.model.apply({ type: 'conversation.left', data: { conversation: id } }, Date.now());
    else await this.#fetch(id);
    this.#changed();
  }

  // Messages

  send(conversation, text) {
    this.outbox.add(conversation, text, crypto.randomUUID?.() ?? randomKey(), Date.now());
    this.#typedAt = 0;
    this.#changed();
    void this.#sender.send(conversation);
  }

  /** Gives up a message that was refused; returns its text. */
  giveUp(key) {
    const text = this.outbox.get(key)?.text ?? '';
    this.outbox.settle(key);
    this.#changed();
    return text;
  }

  async edit(id, seq, text) { this.#entered(await this.#api.edit(id, seq, text)); }

  async erase(id, seq) { this.#entered(await this.#api.erase(id, seq)); }

  /** Tells the server that everything shown is read. */
  markRead(id) {
    const conversation = this.model.conversation(id);
    if (!this.live?.online || !conversation || unreadOf(conversation) === 0 || this.#reading.has(id)) return;
    this.#reading.add(id);
    this.live.invoke('MarkRead', id, conversation.lastSeq)
      .then(({ value }) => {
        this.#reading.delete(id);
        if (!value) return;
        this.model.putRead({ conversation: id, user: this.me, seq: value.seq });
        this.#changed();
      })
      .catch(() => this.#reading.delete(id));
  }

  typed(id) {
    const now = Date.now();
    if (!this.live?.online || now - this.#typedAt < TypingMs) return;
    this.#typedAt = now;
    this.live.invoke('Typing', id).catch(() => {});
  }

  /** A person's names; asks for them when they are not known, and once more each time the page is opened. */
  person(id) {
    if (id && !this.#asked.has(id)) {
      this.#asked.add(id);
      this.#api.person(id).then((profile) => { this.model.putPerson(profile); this.#changed(); this.#keepSoon(); })
        .catch((e) => { if (!(e instanceof Refused) || e.retryAfterSeconds !== null) setTimeout(() => this.#asked.delete(id), 3_000); });
    }
    return this.model.people.get(id) ?? { handle: '', displayName: '…' };
  }

  forgotten(storageKey) { if (this.outbox.forgotten(storageKey)) this.#changed(); }

  // Flow

  #apply(event) {
    const missing = this.model.apply(event, Date.now());
    if (missing) void this.#fetch(missing).catch(() => {});
    if (event.type.startsWith('message.')) this.#arrived(event.data, event.type === 'message.created');
    if (event.type === 'typing') setTimeout(() => this.#changed(), 5_100);
  }

  #arrived(entry, fresh) {
    if (entry.sender === this.me && entry.clientKey) this.outbox.settle(entry.clientKey);
    const timeline = this.model.conversation(entry.conversation)?.timeline;
    if (timeline?.hole) setTimeout(() => void this.#fill(entry.conversation), 1_500);
    if (fresh && entry.sender !== this.me && entry.kind === 'text') this.dispatchEvent(new CustomEvent('message', { detail: entry }));
  }

  async #fill(id) {
    const timeline = this.model.conversation(id)?.timeline;
    if (!timeline?.hole) return;
    await this.#once(`hole ${id}`, async () => this.model.putPage(id, await this.#api.history(id, { after: timeline.hole, limit: 100 }))).catch(() => {});
  }

  #lived(what) {
    if (what === 'state' && this.live.online) this.#connected();
    if (what === 'state' && !this.live.online) this.model.online.clear();
    if (what !== 'state') this.#keepSoon();
    this.#changed();
  }

  #connected() {
    this.ready = true;
    this.#sender.sendAll();
    this.#keepSoon();
    if (this.#listed) return this.#watch();
    this.#listed = true;
    this.#readInbox().then(() => this.#watch()).catch(() => { this.#listed = false; });
  }

  async #reload() {
    const ids = new Set();
    await this.#readInbox(null, ids);
    this.#listed = true;
    this.model.keepOnly(ids);
    this.dispatchEvent(new Event('reset'));
  }

  async #readInbox(after = null, ids = new Set()) {
    for (let page = 0; page < PagesAtStart; page++) {
      const { items, next } = await this.#api.inbox(after, 100);
      for (const summary of items) ids.add(this.model.putSummary(summary).id);
      after = this.#nextInbox = next ?? null;
      if (!after) break;
    }
    this.ready = true;
    this.#changed();
  }

  #sent(letter, receipt) {
    this.model.putEntry({
      conversation: letter.conversation, seq: receipt.seq, kind: 'text', sender: this.me, clientKey: letter.key,
      text: letter.text, sentAt: receipt.sentAt, version: 1,
    });
    this.#keepSoon();
  }

  #watch() {
    if (!this.live?.online) return;
    const people = this.model.list.map((c) => c.peer).filter(Boolean);
    for (const conversation of this.model.list) if (conversation.kind === 'group') people.push(...(conversation.members?.keys() ?? []));
    const watched = [...new Set(people)].filter((user) => user !== this.me).slice(0, WatchedMax);
    if (watched.length === 0) return;
    this.live.invoke('Watch', watched).then(({ value }) => {
      for (const { user, online } of value ?? []) this.model.online.set(user, online);
      this.#changed();
    }).catch(() => {});
  }

  async #fetch(id) {
    await this.#once(`fetch ${id}`, async () => this.#viewed(await this.#api.conversation(id)));
  }

  async #find(handle) {
    const person = await this.#api.personByHandle(handle.trim().replace(/^@/, '').toLowerCase());
    this.model.putPerson(person);
    return person;
  }

  #started(view) {
    this.#viewed(view);
    return view.id;
  }

  #viewed(view) {
    this.model.putView(view);
    this.#watch();
    this.#keepSoon();
    this.#changed();
  }

  #entered(entry) {
    this.model.putEntry(entry);
    this.#keepSoon();
    this.#changed();
  }

  /** One at a time of each kind of work; whoever asks meanwhile waits for the same. */
  async #once(what, work) {
    if (!this.#loading.has(what)) {
      this.#loading.set(what, work().finally(() => { this.#loading.delete(what); this.#changed(); }));
      this.#changed();
    }
    await this.#loading.get(what);
  }

  #keepSoon() {
    this.#keepTimer ??= setTimeout(() => {
      this.#keepTimer = null;
      if (this.#position.cursor) void this.#shelf.write(this.me, take(this.model, this.#position.cursor));
    }, KeepMs);
  }

  #changed() { this.dispatchEvent(new Event('change')); }
}

function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
