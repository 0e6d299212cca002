// The page of a person who is signed in: the list, one conversation, and how the connection is.

import { h, hidden } from './dom.js';
import { InboxView } from './inbox.js';
import { RoomView } from './room.js';
import { isolate } from './format.js';
import { showAccount, showNewConversation } from './dialogs.js';

const ToastMs = 6_000;

export class Shell {
  #app;
  #drawing = false;
  #stopped = false;
  #toastTimer = null;
  #onHash = () => this.#route();
  #onStorage = (e) => { if (e.newValue === null) this.#app.forgotten(e.key); };
  #onFocus = () => this.room.seen();
  #onWake = () => {
    if (document.visibilityState !== 'visible') return;
    if (!this.#app.live?.online) this.#app.live?.tryNow();
    this.room.seen();
  };

  /** @param {{another: () => void, signOut: () => void}} actions */
  constructor(root, app, actions) {
    this.#app = app;
    this.banner = h('div', { class: 'banner', role: 'status', hidden: true });
    this.toast = h('div', { class: 'toast', role: 'alert', hidden: true });
    this.spoken = h('div', { class: 'unseen', 'aria-live': 'polite' });
    const failed = (e) => this.#say(e.message);
    const opened = (id) => { location.hash = `#/c/${id}`; };
    this.room = new RoomView(app, { failed, left: () => { location.hash = '#/'; } });
    this.inbox = new InboxView(app, {
      startNew: () => showNewConversation(app, opened),
      openMenu: () => showAccount(app, { ...actions, failed }),
      failed,
      opened,
    });
    this.frame = h('div', { class: 'frame' }, this.banner, h('div', { class: 'columns' }, this.inbox.element, this.room.element), this.toast, this.spoken);
    root.replaceChildren(this.frame);
    app.addEventListener('change', () => this.#drawSoon());
    app.addEventListener('reset', () => this.room.reload());
    app.addEventListener('message', (e) => this.#announce(e.detail));
    addEventListener('hashchange', this.#onHash);
    addEventListener('storage', this.#onStorage);
    addEventListener('focus', this.#onFocus);
    addEventListener('online', this.#onWake);
    document.addEventListener('visibilitychange', this.#onWake);
  }

  start() {
    this.#route();
    this.ticker = setInterval(() => this.#draw(), 30_000);
  }

  stop() {
    this.#stopped = true;
    clearInterval(this.ticker);
    removeEventListener('hashchange', this.#onHash);
    removeEventListener('storage', this.#onStorage);
    removeEventListener('focus', this.#onFocus);
    removeEventListener('online', this.#onWake);
    document.removeEventListener('visibilitychange', this.#onWake);
    document.title = 'OrleansSocial';
  }

  get #active() { return /^#\/c\/([0-9a-f-]{36})$/.exec(location.hash)?.[1] ?? null; }

  #route() {
    const id = this.#active;
    this.frame.dataset.pane = id ? 'room' : 'inbox';
    this.room.show(id);
    this.#draw();
  }

  #drawSoon() {
    if (this.#drawing) return;
    this.#drawing = true;
    setTimeout(() => this.#draw(), 0);
  }

  #draw() {
    this.#drawing = false;
    if (this.#stopped || !this.#app.model) return;
    this.inbox.render(this.#active);
    this.room.render();
    this.#drawBanner();
    const { unread } = this.#app.model;
    document.title = unread ? `(${unread}) OrleansSocial` : 'OrleansSocial';
  }

  #drawBanner() {
    const { live } = this.#app;
    const words = !live || live.online ? '' : this.#app.outbox.waiting.length ? 'Not connected. What you write is kept and sent later.' : 'Not connected.';
    clearTimeout(this.bannerTimer);
    if (!words) {
      this.banner.hidden = true;
      return;
    }
    const show = () => {
      if (this.banner.dataset.words !== words || this.banner.hidden) {
        this.banner.dataset.words = words;
        this.banner.replaceChildren(h('span', {}, words, ' Trying again…'), h('button', { class: 'link', type: 'button', onclick: () => live.tryNow() }, 'Try now'));
      }
      this.banner.hidden = false;
    };
    if (this.banner.hidden) this.bannerTimer = setTimeout(() => { if (!live.online) show(); }, 700);
    else show();
  }

  #announce(entry) {
    if (document.visibilityState !== 'visible' || entry.conversation !== this.#active) return;
    this.spoken.replaceChildren(hidden(`${isolate(this.#app.person(entry.sender).displayName)}: ${isolate(entry.text)}`));
  }

  #say(words) {
    this.toast.textContent = words;
    this.toast.hidden = false;
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => { this.toast.hidden = true; }, ToastMs);
  }
}
