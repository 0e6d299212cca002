// What a conversation is called, who is in it and with which role: the newest view of the server, with every later entry
// that changes something applied to it, in the order of their numbers, in whatever order they came.

const Turns = new Set(['joined', 'left', 'promoted', 'demoted', 'titled', 'historyOpened', 'historyClosed']);

/** What a conversation knows of it at first. */
export function unknown() {
  return { title: null, history: 'everything', members: null, memberCount: 0, viewSeq: 0, base: { title: null, history: 'everything', members: null }, turns: new Map() };
}

/** Takes a view that holds everything up to `seq`. */
export function rebase(conversation, { seq, title, history = 'everything', members }) {
  conversation.viewSeq = seq;
  conversation.base = { title, history, members };
  for (const at of [...conversation.turns.keys()]) if (at <= seq) conversation.turns.delete(at);
  fold(conversation);
}

/** Takes the title that the list had when its newest entry was `seq`. */
export function retitle(conversation, title, seq) {
  conversation.base = { ...conversation.base, title };
  for (const [at, entry] of [...conversation.turns]) if (at <= seq && entry.kind === 'titled') conversation.turns.delete(at);
  fold(conversation);
}

/** Takes an entry that may change something. */
export function turn(conversation, entry) {
  if (entry.seq <= conversation.viewSeq || !Turns.has(entry.kind)) return;
  conversation.turns.set(entry.seq, entry);
  fold(conversation);
}

/** What is kept of it: a view as of the newest entry that was applied. */
export function folded({ base, turns, ...conversation }) {
  return { ...conversation, viewSeq: Math.max(conversation.viewSeq, ...turns.keys()), members: conversation.members ? [...conversation.members.values()] : null };
}

function fold(conversation) {
  const known = conversation.members;
  const now = { ...conversation.base, members: conversation.base.members && new Map(conversation.base.members) };
  for (const entry of [...conversation.turns.values()].sort((a, b) => a.seq - b.seq)) apply(now, entry);
  for (const [user, member] of now.members ?? []) now.members.set(user, { ...member, readSeq: Math.max(member.readSeq, known?.get(user)?.readSeq ?? 0) });
  Object.assign(conversation, now, now.members && { memberCount: now.members.size });
}

function apply(now, { kind, seq, subject, text }) {
  switch (kind) {
    case 'titled': now.title = text; break;
    case 'historyOpened': now.history = 'everything'; break;
    case 'historyClosed': now.history = 'sinceJoining'; break;
    case 'joined': now.members?.set(subject, { user: subject, role: 'member', readSeq: seq, joinedSeq: seq }); break;
    case 'left': now.members?.delete(subject); break;
    default: {
      const member = now.members?.get(subject);
      if (member) now.members.set(subject, { ...member, role: kind === 'promoted' ? 'admin' : 'member' });
    }
  }
}
