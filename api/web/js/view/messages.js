// The entries of one conversation: days, bubbles, what happened, what waits to be sent. Keeps the reader's place while
// entries come in above and below.

import { bdi, h, hidden, icon, reconcile } from './dom.js';
import { clock, dayName, isolate, sameDay } from './format.js';
import { avatar, happening, nameOf, namesStamp } from './names.js';

const BottomPx = 60;
const TopPx = 400;
const TogetherMs = 5 * 60_000;

export class MessagesView {
  #app;
  #actions;
  #list = h('ol', { class: 'entries' });
  #beginning = h('p', { class: 'beginning' });
  #down;
  #conversation = null;
  #newFrom = null;
  /** Whether new messages pull the view down; and where it stood when that was last decided, to notice who scrolls meanwhile. */
  #follow = true;
  #top = 0;

  /** @param {{more: (entry: object) => void, refused: (letter: object) => void, seen: () => void}} actions */
  constructor(app, actions) {
    this.#app = app;
    this.#actions = actions;
    this.scroller = h('div', { class: 'messages', tabIndex: 0, role: 'region', 'aria-label': 'Messages' }, this.#beginning, this.#list);
    this.#down = h('button', { class: 'down', type: 'button', hidden: true, 'aria-label': 'Go to the newest message', onclick: () => this.toBottom() }, icon('down'));
    this.element = h('div', { class: 'pane' }, this.scroller, this.#down);
    this.scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => { if (this.#follow) this.#jump(); }).observe(this.scroller);
  }

  get atBottom() { return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < BottomPx; }

  show(conversation) {
    this.#conversation = conversation;
    this.#newFrom = null;
    this.#follow = true;
    reconcile(this.#list, [], {});
  }

  toBottom() {
    this.#follow = true;
    this.#jump();
    this.#actions.seen();
  }

  render() {
    const conversation = this.#app.model.conversation(this.#conversation);
    if (!conversation) return;
    const { timeline } = conversation;
    if (this.#newFrom === null && timeline.loaded) this.#newFrom = this.#app.model.unreadOf(conversation) ? conversation.readSeq + 1 : Infinity;
    const rows = this.#rows(conversation);
    if (this.scroller.scrollTop !== this.#top) this.#follow = this.atBottom;
    const anchor = this.#follow ? null : this.#anchor();
    this.#renderTop(conversation);
    reconcile(this.#list, rows, { key: (row) => row.key, stamp: (row) => row.stamp, make: (row) => row.make() });
    if (this.#follow) this.#jump();
    else if (anchor) this.scroller.scrollTop += this.#topOf(anchor.seq) - anchor.top;
    this.#scrolled();
  }

  #renderTop({ id, timeline }) {
    const waiting = !timeline.loaded || this.#app.isLoadingOlder(id);
    this.#beginning.textContent = waiting ? 'Loading messages…' : timeline.hasBefore ? '' : 'This is where the conversation begins.';
  }

  #rows(conversation) {
    const app = this.#app;
    const rows = [];
    const now = Date.now();
    const entries = conversation.timeline.entries;
    const letters = app.outbox.of(conversation.id);
    const lastOwn = letters.length ? null : entries.findLast((entry) => entry.sender === app.me && entry.kind === 'text');
    let before = null;
    let isMarked = false;
    for (const entry of entries) {
      if (!before || !sameDay(before.sentAt, entry.sentAt)) rows.push(dayRow(entry, now));
      if (entry.seq >= this.#newFrom && entry.sender !== app.me && !isMarked) {
        isMarked = true;
        if (before) rows.push({ key: 'new', stamp: '', make: () => h('li', { class: 'new' }, h('span', {}, 'New')) });
      }
      const together = before?.sender === entry.sender && before.kind === 'text' && Date.parse(entry.sentAt) - Date.parse(before.sentAt) < TogetherMs
        && sameDay(before.sentAt, entry.sentAt);
      rows.push(entry.kind === 'text' ? this.#textRow(conversation, entry, together, entry === lastOwn) : this.#noticeRow(entry));
      before = entry;
    }
    for (const letter of letters) rows.push(this.#letterRow(letter));
    return rows;
  }

  #noticeRow(entry) {
    return {
      key: entryKey(this.#app, entry),
      stamp: `${entry.version} ${namesStamp(this.#app, entry.sender, entry.subject)}`,
      make: () => h('li', { class: 'notice', dir: 'auto' }, happening(this.#app, entry)),
    };
  }

  #textRow(conversation, entry, together, isLastOwn) {
    const own = entry.sender === this.#app.me;
    const group = conversation.kind === 'group';
    const seen = own ? this.#seenBy(conversation, entry) : '';
    return {
      key: entryKey(this.#app, entry),
      stamp: JSON.stringify([entry.seq, entry.version, together, isLastOwn ? seen : seen !== '', namesStamp(this.#app, entry.sender)]),
      make: () => {
        const name = nameOf(this.#app, entry.sender);
        const deleted = Boolean(entry.deletedAt);
        return h('li', { class: `message ${own ? 'own' : 'other'}${together ? ' together' : ''}${group && !own ? ' with-face' : ''}`, data: { seq: entry.seq } },
          group && !own && !together ? avatar(entry.sender, name, false) : null,
          h('div', { class: 'body' },
            together ? hidden(`${isolate(name)}:`) : h('span', { class: group && !own ? 'sender' : 'unseen', dir: 'auto' }, name),
            h('div', { class: deleted ? 'bubble deleted' : 'bubble' },
              deleted ? h('span', { class: 'text' }, 'Message deleted') : h('span', { class: 'text', dir: 'auto' }, entry.text),
              h('span', { class: 'meta' }, entry.editedAt && !deleted ? 'edited ' : null, h('time', { datetime: entry.sentAt }, clock(entry.sentAt)),
                own && !deleted ? mark(seen) : null)),
            isLastOwn && seen ? h('span', { class: 'seen' }, seen) : null),
          own && !deleted ? h('button', {
            class: 'more', type: 'button', data: { part: 'more' }, 'aria-haspopup': 'dialog', 'aria-label': `Change your message “${isolate(entry.text.slice(0, 40))}”`,
            onclick: () => this.#actions.more(entry),
          }, icon('more')) : null);
      },
    };
  }

  #letterRow(letter) {
    const state = letter.refusal ? 'not sent' : this.#app.live.online ? 'sending' : 'waiting';
    return {
      key: `key ${letter.key}`,
      stamp: `${state} ${letter.refusal}`,
      make: () => h('li', { class: `message own ${letter.refusal ? 'refused' : 'waiting'}`, data: { key: letter.key } },
        h('div', { class: 'body' }, hidden('You:'),
          h('div', { class: 'bubble' }, h('span', { class: 'text', dir: 'auto' }, letter.text),
            h('span', { class: 'meta' }, state, icon(letter.refusal ? 'alert' : 'clock'))),
          letter.refusal ? h('span', { class: 'why' }, letter.refusal, ' ',
            h('button', { class: 'link', type: 'button', onclick: () => this.#actions.refused(letter) }, 'Take it back')) : null)),
    };
  }

  #seenBy(conversation, entry) {
    const people = [...(conversation.members?.values() ?? [])].filter((member) => member.user !== this.#app.me);
    const seen = people.filter((member) => member.readSeq >= entry.seq);
    if (seen.length === 0) return '';
    if (conversation.kind === 'direct') return 'Seen';
    return seen.length === people.length ? 'Seen by everyone' : `Seen by ${seen.length}`;
  }

  #scrolled() {
    this.#top = this.scroller.scrollTop;
    this.#follow = this.atBottom;
    this.#down.hidden = this.#follow;
    const timeline = this.#app.model.conversation(this.#conversation)?.timeline;
    if (this.scroller.scrollTop < TopPx && timeline?.hasBefore) void this.#app.loadOlder(this.#conversation).catch(() => {});
    if (this.#follow) this.#actions.seen();
  }

  #jump() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#top = this.scroller.scrollTop;
  }

  /** The first message in sight, and where it stands. It is found again by its number: its element may be another then. */
  #anchor() {
    const { top } = this.scroller.getBoundingClientRect();
    for (const element of this.#list.children) {
      const box = element.getBoundingClientRect();
      if (box.bottom > top && element.dataset.seq) return { seq: element.dataset.seq, top: box.top };
    }
    return null;
  }

  #topOf(seq) { return this.#list.querySelector(`[data-seq="${seq}"]`)?.getBoundingClientRect().top ?? 0; }
}

/** A message of one's own keeps its place and element from the moment it is written: its key is the client key. */
function entryKey(app, entry) { return entry.clientKey && entry.sender === app.me ? `key ${entry.clientKey}` : `seq ${entry.seq}`; }

function dayRow(entry, now) {
  const name = dayName(entry.sentAt, now);
  return { key: `day ${new Date(entry.sentAt).toDateString()}`, stamp: name, make: () => h('li', { class: 'day' }, h('span', {}, name)) };
}

function mark(seen) {
  return h('span', { class: 'tick' }, icon(seen ? 'checks' : 'check'), hidden(seen ? 'seen' : 'sent'));
}
