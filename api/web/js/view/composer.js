// Where a message is written or changed. Enter sends where there is a keyboard; a draft stays with its conversation.

import { h, icon } from './dom.js';

export class Composer {
  #app;
  #actions;
  #conversation = null;
  #editing = null;
  #drafts = new Map();
  #touch = matchMedia('(pointer: coarse)');

  /** @param {{sent: () => void, lastOwn: () => object | null, failed: (e: Error) => void}} actions */
  constructor(app, actions) {
    this.#app = app;
    this.#actions = actions;
    this.input = h('textarea', {
      rows: '1', dir: 'auto', 'aria-label': 'Message', placeholder: 'Message', autocomplete: 'off', enterkeyhint: this.#touch.matches ? 'enter' : 'send',
      oninput: () => this.#typed(), onkeydown: (e) => this.#key(e),
    });
    this.button = h('button', { class: 'primary round', type: 'submit', 'aria-label': 'Send', title: 'Send' }, icon('send'));
    this.bar = h('div', { class: 'editing', hidden: true }, icon('pencil'), h('span', {}, 'Changing your message'),
      h('button', { class: 'plain', type: 'button', 'aria-label': 'Stop changing the message', onclick: () => this.stopEditing() }, icon('close')));
    this.element = h('form', { class: 'composer', onsubmit: (e) => { e.preventDefault(); void this.#submit(); } }, this.bar, this.input, this.button);
  }

  show(conversation) {
    if (this.#conversation && !this.#editing) this.#drafts.set(this.#conversation, this.input.value);
    this.#conversation = conversation;
    this.#setEditing(null);
    this.#put(this.#drafts.get(conversation) ?? '');
  }

  edit(entry) {
    if (!this.#editing) this.#drafts.set(this.#conversation, this.input.value);
    this.#setEditing(entry);
    this.#put(entry.text);
    this.input.focus();
  }

  stopEditing() {
    this.#setEditing(null);
    this.#put(this.#drafts.get(this.#conversation) ?? '');
    this.input.focus();
  }

  /** Puts a text before whatever is being written. */
  takeBack(text) {
    this.#put(this.input.value ? `${text}\n${this.input.value}` : text);
    this.input.focus();
  }

  focus() { if (!this.#touch.matches) this.input.focus(); }

  #setEditing(entry) {
    this.#editing = entry;
    this.bar.hidden = entry === null;
    this.button.setAttribute('aria-label', entry ? 'Save' : 'Send');
  }

  #put(text) {
    this.input.value = text;
    this.#fit();
  }

  #typed() {
    this.#fit();
    if (!this.#editing && this.input.value) this.#app.typed(this.#conversation);
  }

  #fit() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 180)}px`;
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !this.#touch.matches) {
      event.preventDefault();
      void this.#submit();
    } else if (event.key === 'Escape' && this.#editing) {
      this.stopEditing();
    } else if (event.key === 'ArrowUp' && this.input.value === '' && !this.#editing) {
      const entry = this.#actions.lastOwn();
      if (entry) {
        event.preventDefault();
        this.edit(entry);
      }
    }
  }

  async #submit() {
    const text = this.input.value;
    if (text.trim() === '') return;
    const entry = this.#editing;
    if (!entry) {
      this.#put('');
      this.#drafts.delete(this.#conversation);
      this.#app.send(this.#conversation, text);
      this.#actions.sent();
      return;
    }
    try {
      if (text !== entry.text) await this.#app.edit(entry.conversation, entry.seq, text);
      if (this.#editing === entry) this.stopEditing();
    } catch (e) {
      this.#actions.failed(e);
    }
  }
}
