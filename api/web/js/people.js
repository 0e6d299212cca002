// Names of people, and whether they are here: asked for when a view needs them, watched while there is a connection.

import { Refused } from './api.js';

const AgainMs = 3_000;
const AtOnceMax = 4;
const WatchedMax = 100;

export class People {
  #api;
  #model;
  #changed;
  #asked = new Set();
  #queue = [];
  #running = 0;
  #restUntil = 0;
  #watched = '';

  constructor({ api, model, changed }) {
    this.#api = api;
    this.#model = model;
    this.#changed = changed;
  }

  /** A person's names. They are read once each time the page is opened, and then told; until they are read those known from before serve. */
  get(id) {
    const known = this.#model.people.get(id);
    if (id && !this.#asked.has(id)) {
      this.#asked.add(id);
      if (known) this.#queue.push(id);
      else this.#queue.unshift(id);
      this.#pump();
    }
    return known ?? { handle: '', displayName: '…' };
  }

  /** Any name may have changed: those that a view needs are read again, and until then serve. */
  readAgain() {
    this.#asked.clear();
    this.#queue = [];
  }

  /** The person with a handle. Throws Refused when there is none. */
  async find(handle) {
    const person = await this.#api.personByHandle(handle.trim().replace(/^@/, '').toLowerCase());
    this.#model.putPerson(person);
    return person;
  }

  /** Asks to be told about everyone's coming and going, those of direct conversations first; in place of those before. */
  async watch(live, anew) {
    const direct = this.#model.list.map((conversation) => conversation.peer).filter(Boolean);
    const groups = this.#model.list.flatMap((conversation) => (conversation.kind === 'group' ? [...(conversation.members?.keys() ?? [])] : []));
    const watched = [...new Set([...direct, ...groups])].filter((user) => user !== this.#model.me).slice(0, WatchedMax);
    const key = watched.join();
    if (!live.online || watched.length === 0 || (!anew && key === this.#watched)) return;
    this.#watched = key;
    const { value } = await live.invoke('Watch', watched).catch(() => ({}));
    for (const { user, online } of value ?? []) this.#model.online.set(user, online);
    this.#changed();
  }

  #pump() {
    while (this.#queue.length > 0 && this.#running < AtOnceMax && Date.now() >= this.#restUntil) {
      this.#running++;
      void this.#read(this.#queue.shift()).finally(() => { this.#running--; this.#pump(); });
    }
  }

  /** Reads one person. Whom the server cannot tell of now comes again after a rest of all; who does not exist, never. */
  async #read(id) {
    try {
      this.#model.putPerson(await this.#api.person(id));
      this.#changed();
    } catch (e) {
      if (e instanceof Refused && e.retryAfterSeconds === null) return;
      const restMs = Math.max(AgainMs, (e.retryAfterSeconds ?? 0) * 1000);
      this.#queue.unshift(id);
      this.#restUntil = Date.now() + restMs;
      setTimeout(() => this.#pump(), restMs + 10);
    }
  }
}
