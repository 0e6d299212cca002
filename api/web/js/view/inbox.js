// The list of conversations: who, the newest entry in one line, what is unread, who is here.

import { bdi, h, hidden, icon, reconcile } from './dom.js';
import { InvitationsView } from './invitations.js';
import { avatar, namesStamp, preview, titleOf } from './names.js';
import { shortTime } from './format.js';

export class InboxView {
  #app;
  #list = h('ul', { class: 'conversations' });
  #note = h('p', { class: 'empty' });
  #more;

  constructor(app, { startNew, openMenu, failed, opened }) {
    this.#app = app;
    this.invitations = new InvitationsView(app, { failed, opened });
    this.#more = h('button', { class: 'link', type: 'button', onclick: () => void app.loadMoreConversations().catch(() => {}) }, 'Show older conversations');
    this.me = h('button', { class: 'me', type: 'button', 'aria-haspopup': 'dialog', onclick: openMenu });
    this.element = h('nav', { class: 'inbox', 'aria-label': 'Conversations' },
      h('h1', { class: 'unseen' }, 'OrleansSocial'),
      h('header', {}, this.me,
        h('button', { class: 'primary round', type: 'button', onclick: startNew, 'aria-label': 'New conversation', title: 'New conversation' }, icon('plus'))),
      h('div', { class: 'scroll' }, this.invitations.element, this.#list, this.#note, this.#more));
  }

  render(active) {
    const app = this.#app;
    const now = Date.now();
    this.#renderMe();
    this.invitations.render();
    reconcile(this.#list, app.model.list, {
      key: (conversation) => conversation.id,
      stamp: (conversation) => this.#stamp(conversation, active, now),
      make: (conversation) => this.#line(conversation, active, now),
    });
    this.#more.hidden = !app.hasMoreConversations;
    this.#note.hidden = app.model.conversations.size > 0;
    this.#note.textContent = app.ready ? 'No conversations yet. Start one with the plus button.' : 'Loading your conversations…';
  }

  #renderMe() {
    const name = this.#app.person(this.#app.me).displayName;
    const handle = `@${this.#app.session.handle}`;
    if (this.me.dataset.stamp === name + handle) return;
    this.me.dataset.stamp = name + handle;
    this.me.replaceChildren(avatar(this.#app.me, name === '…' ? handle.slice(1) : name, false),
      h('span', { class: 'names' }, h('b', { dir: 'auto' }, name), h('small', {}, handle)), hidden('Account'));
  }

  #stamp(conversation, active, now) {
    const { id, kind, title, peer, lastEntry, memberCount } = conversation;
    return JSON.stringify([title, kind, memberCount, this.#app.model.unreadOf(conversation), id === active, this.#app.model.online.get(peer),
      lastEntry?.seq, lastEntry?.version, this.#writing(id, now), lastEntry && shortTime(lastEntry.sentAt, now),
      namesStamp(this.#app, peer, lastEntry?.sender, lastEntry?.subject)]);
  }

  #line(conversation, active, now) {
    const { id, kind, peer, lastEntry } = conversation;
    const unread = this.#app.model.unreadOf(conversation);
    const name = titleOf(this.#app, conversation);
    const online = kind === 'direct' && this.#app.model.online.get(peer) === true;
    const writing = this.#writing(id, now);
    const line = writing || (lastEntry ? preview(this.#app, conversation, lastEntry) : 'No messages yet');
    return h('li', {}, h('a', { href: `#/c/${id}`, class: unread ? 'unread' : null, 'aria-current': id === active ? 'page' : null, data: { part: 'line' } },
      avatar(peer ?? id, name, online),
      h('span', { class: 'what' },
        h('span', { class: 'top' }, h('b', { dir: 'auto' }, name), lastEntry ? h('time', { datetime: lastEntry.sentAt }, shortTime(lastEntry.sentAt, now)) : null),
        h('span', { class: 'bottom' }, h('span', { class: writing ? 'line writing' : 'line', dir: 'auto' }, line),
          unread ? h('span', { class: 'badge' }, unread > 99 ? '99+' : String(unread), hidden(' unread')) : null)),
      online ? hidden(', online') : null));
  }

  #writing(id, now) {
    const { users } = this.#app.model.typing(id, now);
    return users.length ? 'writing…' : '';
  }
}

/** The names of those who write, as a sentence in parts. */
export function writingSentence(app, users) {
  if (users.length === 0) return [];
  if (users.length > 2) return ['Several people are writing…'];
  const [first, second] = users.map((user) => bdi(app.person(user).displayName));
  return second ? [first, ' and ', second, ' are writing…'] : [first, ' is writing…'];
}
