// One conversation: who it is with, its messages, and where to write.

import { h, icon, reconcile } from './dom.js';
import { avatar, titleOf } from './names.js';
import { writingSentence } from './inbox.js';
import { MessagesView } from './messages.js';
import { Composer } from './composer.js';
import { showGroup, showMessage } from './dialogs.js';

export class RoomView {
  #app;
  #failed;
  #left;
  #head = h('span', { class: 'head' });
  #conversation = null;
  #arriving = false;

  /** @param {{failed: (e: Error) => void, left: () => void}} actions */
  constructor(app, { failed, left }) {
    this.#app = app;
    this.#failed = failed;
    this.#left = left;
    this.messages = new MessagesView(app, {
      more: (entry) => showMessage(entry, {
        edit: () => this.composer.edit(entry),
        erase: () => app.erase(entry.conversation, entry.seq).catch(failed),
      }),
      refused: (letter) => this.composer.takeBack(app.giveUp(letter.key)),
      seen: () => this.seen(),
    });
    this.composer = new Composer(app, { sent: () => this.messages.toBottom(), lastOwn: () => this.#lastOwn(), failed });
    this.group = h('button', { class: 'plain', type: 'button', 'aria-label': 'Members of the group', title: 'Members', 'aria-haspopup': 'dialog',
      onclick: () => showGroup(app, this.#conversation, { failed, left }) }, icon('people'));
    this.back = h('a', { class: 'back plain', href: '#/', 'aria-label': 'All conversations' }, icon('back'));
    this.inner = h('section', { class: 'room', 'aria-label': 'Conversation', hidden: true },
      h('header', {}, this.back, this.#head, this.group), this.messages.element, this.composer.element);
    this.nothing = h('div', { class: 'nothing' }, icon('chat'), h('p', {}, 'Choose a conversation, or start a new one.'));
    this.element = h('main', { class: 'main' }, this.nothing, this.inner);
  }

  show(id) {
    if (id === this.#conversation) return;
    this.#conversation = id;
    this.messages.show(id);
    this.composer.show(id);
    if (!id) return;
    this.#arriving = true;
    this.reload();
  }

  reload() {
    if (this.#conversation) this.#app.open(this.#conversation).catch((e) => {
      if (e.status === 404) this.#left();
      this.#failed(e);
    });
  }

  render() {
    const conversation = this.#app.model.conversation(this.#conversation);
    this.inner.hidden = !conversation;
    this.nothing.hidden = Boolean(conversation);
    if (!conversation) return;
    this.group.hidden = conversation.kind !== 'group';
    this.#renderHead(conversation);
    this.messages.render();
    if (this.#arriving) this.composer.focus();
    this.#arriving = false;
  }

  #renderHead(conversation) {
    const app = this.#app;
    const name = titleOf(app, conversation);
    const online = conversation.kind === 'direct' && app.model.online.get(conversation.peer) === true;
    const writing = app.model.typing(conversation.id, Date.now()).users;
    const state = conversation.kind === 'direct'
      ? [online ? 'online' : `@${app.person(conversation.peer).handle}`]
      : [`${conversation.memberCount} ${conversation.memberCount === 1 ? 'member' : 'members'}`];
    const line = writing.length ? writingSentence(app, writing) : state;
    const stamp = JSON.stringify([conversation.id, name, online, line.map((part) => part.textContent ?? part)]);
    reconcile(this.#head, [conversation], {
      key: () => 'head',
      stamp: () => stamp,
      make: () => h('span', { class: 'names' }, avatar(conversation.peer ?? conversation.id, name, online),
        h('span', {}, h('h2', { dir: 'auto' }, name), h('small', { class: writing.length ? 'writing' : null }, line))),
    });
  }

  /** What is in sight and looked at counts as read. */
  seen() {
    if (this.#conversation && document.visibilityState === 'visible' && document.hasFocus() && this.messages.atBottom
      && this.#app.model.conversation(this.#conversation)?.timeline.loaded) this.#app.markRead(this.#conversation);
  }

  #lastOwn() {
    const entries = this.#app.model.conversation(this.#conversation)?.timeline.entries ?? [];
    return entries.findLast((entry) => entry.sender === this.#app.me && entry.kind === 'text' && !entry.deletedAt) ?? null;
  }
}
