// One signed-in person at work: what the views ask for, and what flows between the model, the outbox, the live
// connection and what is kept on this device. The document is not touched here.

import { Groups } from './groups.js';
import { Live } from './live.js';
import { Outbox } from './outbox.js';
import { People } from './people.js';
import { Position } from './position.js';
import { Reader } from './reader.js';
import { Sender } from './sender.js';
import { restore, take } from './snapshot.js';
import { TypingMs } from './model.js';

const WatchMs = 60_000;
const TypingEveryMs = 3_000;
const KeepMs = 1_000;
const OwnReadMs = 2_000;

export class App extends EventTarget {
  #api;
  #shelf;
  #signalR;
  #position;
  #people;
  #reader;
  #sender;
  #reading = new Set();
  #typedAt = 0;
  #keepTimer = null;
  #watchTimer = null;
  #listed = false;

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
    const changed = () => this.#changed();
    this.model = model;
    this.#position = new Position({ cursor, apply: (event) => this.#apply(event), reload: () => this.#reload() });
    this.live = new Live({ signalR: this.#signalR, session: this.session, position: this.#position, changed: (what) => this.#lived(what) });
    this.#people = new People({ api: this.#api, model, changed });
    this.#reader = new Reader({ api: this.#api, model, changed });
    this.groups = new Groups({ api: this.#api, model, people: this.#people, viewed: (view) => this.#viewed(view), changed });
    this.#sender = new Sender({ outbox: this.outbox, live: this.live, settled: (letter, receipt) => this.#sent(letter, receipt), changed });
    this.ready = model.conversations.size > 0;
    this.#watchTimer = setInterval(() => this.#watch(true), WatchMs);
    changed();
    void this.live.run();
  }

  async stop() {
    clearInterval(this.#watchTimer);
    clearTimeout(this.#keepTimer);
    this.#keepTimer = undefined;
    this.#reader?.stop();
    await this.live?.stop();
  }

  // Conversations

  get hasMoreConversations() { return this.#reader.hasMoreConversations; }

  loadMoreConversations() { return this.#reader.moreConversations(); }

  open(id) { return this.#reader.open(id); }

  loadOlder(id) { return this.#reader.older(id); }

  isLoadingOlder(id) { return this.#reader.isReading(`older ${id}`); }

  /** A person's names. */
  person(id) { return this.#people.get(id); }

  async startDirect(handle) {
    const person = await this.#people.find(handle);
    return this.#viewed(await this.#api.start('direct', null, [person.id]));
  }

  async startGroup(title, handles, key) {
    const people = await Promise.all(handles.map((handle) => this.#people.find(handle)));
    return this.#viewed(await this.#api.start('group', title, [...new Set(people.map((p) => p.id))], key));
  }

  /** Whether this person may see the operators' pages. */
  async operates() { return (await this.#api.rights()).operates; }

  async removeMember(id, user) {
    await this.#api.remove(id, user);
    if (user === this.me) this.model.leave(id);
    else await this.#reader.conversation(id);
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

  /** Tells the server that everything shown is read: at once what others wrote, and one's own a little later, many in one. */
  markRead(id) {
    const conversation = this.model.conversation(id);
    const shown = conversation?.timeline.high ?? 0;
    if (!this.live?.online || !conversation || shown <= conversation.readSeq || this.#reading.has(id)) return;
    this.#reading.add(id);
    const delay = this.model.unreadOf(conversation) === 0 ? OwnReadMs : 0;
    setTimeout(() => void this.#markRead(id, conversation), delay);
  }

  async #markRead(id, { timeline }) {
    const { value } = await this.live.invoke('MarkRead', id, timeline.high).catch(() => ({}));
    this.#reading.delete(id);
    if (!value) return;
    this.model.putRead({ conversation: id, user: this.me, seq: value.seq });
    this.#changed();
  }

  typed(id) {
    const now = Date.now();
    if (!this.live?.online || now - this.#typedAt < TypingEveryMs) return;
    this.#typedAt = now;
    this.live.invoke('Typing', id).catch(() => {});
  }

  /** Another tab of this person got a receipt. */
  forgotten(storageKey) { if (this.outbox.forgotten(storageKey)) this.#changed(); }

  // Flow

  #apply(event) {
    const missing = this.model.apply(event, Date.now());
    if (missing) void this.#reader.conversation(missing).catch(() => { this.#listed = false; });
    if (event.type.startsWith('message.')) this.#arrived(event.data, event.type === 'message.created');
    if (event.type === 'profiles.stale') this.#people.readAgain();
    if (event.type === 'typing') setTimeout(() => this.#changed(), TypingMs + 100);
  }

  #arrived(entry, fresh) {
    if (entry.sender === this.me && entry.clientKey) this.outbox.settle(entry.clientKey);
    if (fresh && entry.sender !== this.me && entry.kind === 'text') this.dispatchEvent(new CustomEvent('message', { detail: entry }));
  }

  #lived(what) {
    if (what === 'state' && this.live.online) this.#connected();
    else if (what === 'state') this.model.online.clear();
    this.#changed();
  }

  /** Lists are read once for each opening of the page, however much the cursor brings; afterwards the cursor is enough. */
  #connected() {
    this.ready = true;
    this.#sender.sendAll();
    if (!this.#listed) {
      this.#listed = true;
      Promise.all([this.#reader.inbox(), this.#reader.invitations()]).then(() => this.#watch(), () => { this.#listed = false; });
    }
    this.#watch(true);
  }

  async #reload() {
    const [ids] = await Promise.all([this.#reader.inbox(), this.#reader.invitations()]);
    this.#people.readAgain();
    this.#listed = this.ready = true;
    this.model.keepOnly(ids);
    this.dispatchEvent(new Event('reset'));
  }

  #sent(letter, receipt) {
    this.#entered({
      conversation: letter.conversation, seq: receipt.seq, kind: 'text', sender: this.me, clientKey: letter.key,
      text: letter.text, sentAt: receipt.sentAt, version: 1,
    });
  }

  /** Once for each set of people, and `anew` when the connection is new or a notice may have been lost. */
  #watch(anew = false) { void this.#people.watch(this.live, anew); }

  #viewed(view) {
    this.model.putView(view);
    this.#watch();
    this.#changed();
    return view.id;
  }

  #entered(entry) {
    this.model.putEntry(entry);
    this.#changed();
  }

  #changed() {
    if (this.live?.online) this.#reader.mendSoon();
    if (this.#keepTimer === null) this.#keepTimer = setTimeout(() => this.#keep(), KeepMs);
    this.dispatchEvent(new Event('change'));
  }

  #keep() {
    this.#keepTimer = null;
    if (this.#position.cursor) void this.#shelf.write(this.me, take(this.model, this.#position.cursor));
  }
}

function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
