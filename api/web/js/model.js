// What this page knows: conversations, people, who is here and who is writing. Events, lists and answers may come in any
// order and twice; numbers and versions decide, never the order of arrival. No network, no document.

import { rebase, retitle, turn, unknown } from './membership.js';
import { Timeline } from './timeline.js';

/** How long somebody who wrote a letter counts as writing. */
export const TypingMs = 5_000;

const StraysMax = 100;

/** The server counts no further: so many, or more. */
export const UnreadMax = 100;

export class Model {
  conversations = new Map();
  people = new Map();
  online = new Map();
  invitations = new Map();
  #typing = new Map();
  #left = new Map();
  #strays = new Map();

  constructor(me) {
    this.me = me;
  }

  conversation(id) { return this.conversations.get(id) ?? null; }

  /** The most recently active first, as the server lists them. */
  get list() {
    return [...this.conversations.values()].sort((a, b) => (activeAt(a) < activeAt(b) ? 1 : activeAt(a) > activeAt(b) ? -1 : 0));
  }

  get unread() {
    let count = 0;
    for (const conversation of this.conversations.values()) count += this.unreadOf(conversation) > 0 ? 1 : 0;
    return count;
  }

  /** How many texts of others one has not read: counted where all of them are here, and else as the server did, with what has come since. */
  unreadOf({ lastSeq, readSeq, unread, timeline }) {
    if (readSeq >= lastSeq) return 0;
    if (!timeline.loaded || timeline.low > readSeq + 1 || timeline.high < lastSeq) return Math.min(unread, lastSeq - readSeq);
    let count = 0;
    for (let seq = lastSeq; seq > readSeq && count < UnreadMax; seq--) if (this.#isUnread(timeline.get(seq))) count++;
    return count;
  }

  /** Applies one live event. Returns the id of a conversation that must be read from the server to make sense of it, or null. */
  apply({ type, data, seq }, now) {
    switch (type) {
      case 'message.created':
      case 'message.changed': return this.putEntry(data) || this.#isLeft(data) ? null : this.#stray(data);
      case 'conversation.joined': return this.#join(data, seq ?? 0);
      case 'conversation.left': this.leave(data.conversation, seq ?? 0); return null;
      case 'invitation.made': this.invitations.set(data.conversation, data); return null;
      case 'invitation.ended': this.invitations.delete(data.conversation); return null;
      case 'read.moved': this.putRead(data); return null;
      case 'typing': this.#writing(data, now); return null;
      case 'presence': this.online.set(data.user, data.online); return null;
      case 'profile.changed': this.putPerson(data); return null;
      default: return null;
    }
  }

  /** Takes an entry. False when its conversation is not known here. */
  putEntry(entry) {
    const conversation = this.conversation(entry.conversation);
    if (!conversation) return false;
    conversation.timeline.put(entry);
    this.#count(conversation, entry);
    conversation.lastSeq = Math.max(conversation.lastSeq, entry.seq);
    if (isNewer(entry, conversation.lastEntry)) conversation.lastEntry = entry;
    turn(conversation, entry);
    this.#typing.get(entry.conversation)?.delete(entry.sender);
    return true;
  }

  /** Takes a page of history of a conversation that is known. */
  putPage(id, page) {
    const conversation = this.conversation(id);
    if (!conversation) return;
    conversation.timeline.putPage(page);
    conversation.lastSeq = Math.max(conversation.lastSeq, page.lastSeq);
    const last = page.entries.at(-1);
    if (last && isNewer(last, conversation.lastEntry)) conversation.lastEntry = last;
  }

  /** Takes one line of the list of conversations. */
  putSummary(summary) {
    const conversation = this.#known(summary.id, summary.kind);
    if (summary.lastSeq >= conversation.viewSeq) retitle(conversation, summary.title, summary.lastSeq);
    if (summary.lastSeq >= conversation.lastSeq) [conversation.unread, conversation.erased] = [summary.unread ?? 0, []];
    conversation.peer = summary.peer ?? conversation.peer;
    conversation.memberCount = summary.memberCount;
    conversation.lastSeq = Math.max(conversation.lastSeq, summary.lastSeq);
    conversation.readSeq = Math.max(conversation.readSeq, summary.readSeq);
    if (summary.lastEntry && isNewer(summary.lastEntry, conversation.lastEntry)) conversation.lastEntry = summary.lastEntry;
    return conversation;
  }

  /** Takes a conversation with its members; an older view than the one known changes no more than read markers. */
  putView(view) {
    if (view.lastSeq < (this.#left.get(view.id) ?? 0)) return null;
    this.#left.delete(view.id);
    const conversation = this.#known(view.id, view.kind);
    conversation.createdAt = view.createdAt;
    conversation.lastSeq = Math.max(conversation.lastSeq, view.lastSeq);
    if (view.lastSeq >= conversation.viewSeq) {
      rebase(conversation, { seq: view.lastSeq, title: view.title, history: view.history, members: new Map(view.members.map((m) => [m.user, m])) });
      if (view.kind === 'direct') conversation.peer = view.members.find((m) => m.user !== this.me)?.user ?? conversation.peer;
    }
    for (const member of view.members) this.putRead({ conversation: view.id, user: member.user, seq: member.readSeq });
    return conversation;
  }

  /** Watermarks only rise. */
  putRead({ conversation: id, user, seq }) {
    const conversation = this.conversation(id);
    if (!conversation) return;
    if (user === this.me && seq > conversation.readSeq) {
      conversation.readSeq = seq;
      if (seq >= conversation.lastSeq) [conversation.unread, conversation.erased] = [0, []];
    }
    const member = conversation.members?.get(user);
    if (member) member.readSeq = Math.max(member.readSeq, seq);
  }

  /** The person is no longer in a conversation; `seq` is the entry that says so, 0 when it is not known yet. */
  leave(id, seq = 0) {
    if (seq > 0 && (this.conversation(id)?.viewSeq ?? 0) > seq) return;
    this.#left.set(id, seq || (this.conversation(id)?.lastSeq ?? 0) + 1);
    this.conversations.delete(id);
  }

  /** Takes the list of invitations that wait for an answer. */
  putInvitations(items) { this.invitations = new Map(items.map((invitation) => [invitation.conversation, invitation])); }

  /** Takes somebody's names; those of an older version than the one known change nothing. */
  putPerson({ id, handle, displayName, version }) {
    if (version >= (this.people.get(id)?.version ?? 0)) this.people.set(id, { handle, displayName, version });
  }

  /** After a reset: what the lists no longer name is gone, and histories are read anew. */
  keepOnly(ids) {
    for (const id of this.conversations.keys()) if (!ids.has(id)) this.conversations.delete(id);
    for (const conversation of this.conversations.values()) conversation.timeline.clear();
    this.#left.clear();
  }

  /** Who is writing now in a conversation, and when that must be looked at again. */
  typing(id, now) {
    const writing = this.#typing.get(id) ?? new Map();
    for (const [user, until] of writing) if (until <= now) writing.delete(user);
    return { users: [...writing.keys()], until: writing.size ? Math.min(...writing.values()) : null };
  }

  #known(id, kind) {
    let conversation = this.conversations.get(id);
    if (!conversation) {
      conversation = {
        id, kind, peer: null, createdAt: null, ...unknown(),
        lastSeq: 0, readSeq: 0, unread: 0, erased: [], lastEntry: null, timeline: new Timeline(),
      };
      this.conversations.set(id, conversation);
      for (const entry of this.#strays.get(id) ?? []) this.putEntry(entry);
      this.#strays.delete(id);
    }
    return conversation;
  }

  /** The person is in a conversation from an entry on: it is asked for unless it is known with its members. */
  #join({ conversation: id }, seq) {
    if (seq < (this.#left.get(id) ?? 0)) return null;
    this.#left.delete(id);
    return this.conversation(id)?.members ? null : id;
  }

  #isUnread(entry) { return entry.kind === 'text' && !entry.deletedAt && entry.sender !== this.me; }

  /** Counts what is new, or gone, above one's marker. Whoever had read everything before their own text has read it too. */
  #count(conversation, entry) {
    const { id, readSeq, lastSeq, erased } = conversation;
    if (entry.seq > lastSeq) {
      const read = entry.sender === this.me ? readSeq : conversation.members?.get(entry.sender)?.readSeq;
      if (entry.kind === 'text' && read === entry.seq - 1) this.putRead({ conversation: id, user: entry.sender, seq: entry.seq });
      if (this.#isUnread(entry)) conversation.unread = Math.min(UnreadMax, conversation.unread + 1);
    } else if (entry.deletedAt && entry.seq > readSeq && entry.sender !== this.me && !erased.includes(entry.seq)) {
      erased.push(entry.seq);
      conversation.unread = Math.max(0, conversation.unread - 1);
    }
  }

  #isLeft({ conversation, seq }) { return seq <= (this.#left.get(conversation) ?? -1); }

  /** Keeps an entry until its conversation is known. */
  #stray(entry) {
    const strays = this.#strays.get(entry.conversation) ?? [];
    this.#strays.set(entry.conversation, [...strays, entry].slice(-StraysMax));
    return entry.conversation;
  }

  #writing({ conversation, user }, now) {
    if (user === this.me) return;
    if (!this.#typing.has(conversation)) this.#typing.set(conversation, new Map());
    this.#typing.get(conversation).set(user, now + TypingMs);
  }
}

function activeAt(conversation) { return conversation.lastEntry?.sentAt ?? conversation.createdAt ?? ''; }

function isNewer(entry, known) {
  return !known || entry.seq > known.seq || (entry.seq === known.seq && entry.version > known.version);
}
