// Names of people, and whether they are here: asked for when a view needs them, watched while there is a connection.

import { Refused } from './api.js';

const AgainMs = 3_000;
const WatchedMax = 100;

export class People {
  #api;
  #model;
  #changed;
  #asked = new Set();
  #watched = '';

  constructor({ api, model, changed }) {
    this.#api = api;
    this.#model = model;
    this.#changed = changed;
  }

  /** A person's names. They are read once each time the page is opened; until then those known from before serve. */
  get(id) {
    if (id && !this.#asked.has(id)) void this.#read(id);
    return this.#model.people.get(id) ?? { handle: '', displayName: '…' };
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

  async #read(id) {
    this.#asked.add(id);
    try {
      this.#model.putPerson(await this.#api.person(id));
      this.#changed();
    } catch (e) {
      const final = e instanceof Refused && e.retryAfterSeconds === null;
      if (!final) setTimeout(() => { this.#asked.delete(id); this.#changed(); }, AgainMs);
    }
  }
}
