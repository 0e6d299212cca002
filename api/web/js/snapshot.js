// What a page keeps for its next opening: the cursor and the state that the cursor belongs to, always together, so that
// reading on from the cursor leads exactly to the present.

import { folded, rebase } from './membership.js';
import { Model } from './model.js';

const Version = 1;
const EntriesKept = 60;
const ConversationsKept = 40;

export function take(model, cursor) {
  return {
    version: Version,
    cursor,
    people: [...model.people],
    conversations: model.list.map((conversation, i) => ({
      ...folded(conversation),
      timeline: i < ConversationsKept ? page(conversation.timeline) : null,
    })),
  };
}

/** The model and cursor of a snapshot; a fresh model without a cursor when it is none that can be read. */
export function restore(me, snapshot) {
  const model = new Model(me);
  if (snapshot?.version !== Version) return { model, cursor: null };
  try {
    for (const [id, person] of snapshot.people) model.people.set(id, person);
    for (const { timeline, members, ...rest } of snapshot.conversations) {
      const conversation = model.putSummary(rest);
      Object.assign(conversation, rest);
      rebase(conversation, { seq: rest.viewSeq, title: rest.title, history: rest.history, members: members ? new Map(members.map((m) => [m.user, m])) : null });
      if (timeline) conversation.timeline.putPage(timeline);
    }
    return { model, cursor: snapshot.cursor };
  } catch {
    return { model: new Model(me), cursor: null };
  }
}

function page(timeline) {
  if (!timeline.loaded) return null;
  const entries = timeline.entries;
  return { entries: entries.slice(-EntriesKept), lastSeq: timeline.high, hasBefore: timeline.hasBefore || entries.length > EntriesKept };
}
