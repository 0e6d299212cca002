// How conversations, people and happenings are called.

import { bdi, h } from './dom.js';
import { hue, initial, isolate } from './format.js';

/** The name of a conversation: its title, or the other person's name. */
export function titleOf(app, conversation) {
  return conversation.kind === 'direct' ? app.person(conversation.peer).displayName : conversation.title ?? '…';
}

export function nameOf(app, user) { return user === app.me ? 'You' : app.person(user).displayName; }

export function avatar(id, name, online) {
  return h('span', { class: `avatar hue-${hue(id ?? '')}${online ? ' here' : ''}`, 'aria-hidden': 'true' }, initial(name));
}

/** What an entry that is no text tells, as parts of a sentence. */
export function happening(app, entry) {
  const who = bdi(nameOf(app, entry.sender));
  const whom = entry.subject ? bdi(entry.subject === app.me ? 'you' : nameOf(app, entry.subject)) : null;
  const self = entry.sender === entry.subject;
  switch (entry.kind) {
    case 'joined': return self ? [who, entry.seq === 1 ? ' started the group' : ' joined'] : [who, ' added ', whom];
    case 'left': return self ? [who, ' left'] : [who, ' removed ', whom];
    case 'titled': return [who, ' named the group “', bdi(entry.text), '”'];
    case 'promoted': return [who, ' made ', whom, ' an admin'];
    case 'demoted': return self ? [who, ' gave up being an admin'] : [who, ' made ', whom, ' an ordinary member'];
    case 'historyOpened': return [who, ' let newcomers read everything that was said before'];
    case 'historyClosed': return [who, ' kept what was said before from newcomers'];
    default: return ['Something happened that this page does not know'];
  }
}

/** An entry in one line of plain text. */
export function preview(app, conversation, entry) {
  if (entry.kind !== 'text') return happening(app, entry).map((part) => (typeof part === 'string' ? part : isolate(part.textContent))).join('');
  const text = entry.deletedAt ? 'Message deleted' : isolate(entry.text.slice(0, 200));
  if (entry.sender === app.me) return `You: ${text}`;
  return conversation.kind === 'group' ? `${isolate(nameOf(app, entry.sender))}: ${text}` : text;
}

/** What changes when any of these people's names arrive. */
export function namesStamp(app, ...users) {
  return users.filter(Boolean).map((user) => app.person(user).displayName).join('\n');
}
