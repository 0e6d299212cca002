// The invitations that wait for an answer, above the list of conversations.

import { bdi, h, hidden, reconcile } from './dom.js';
import { avatar, namesStamp } from './names.js';

export class InvitationsView {
  #app;
  #failed;
  #opened;

  /** @param {{failed: (e: Error) => void, opened: (id: string) => void}} actions */
  constructor(app, { failed, opened }) {
    this.#app = app;
    this.#failed = failed;
    this.#opened = opened;
    this.element = h('ul', { class: 'invitations', 'aria-label': 'Invitations', hidden: true });
  }

  render() {
    const invitations = [...this.#app.model.invitations.values()].sort((a, b) => (a.invitedAt < b.invitedAt ? 1 : -1));
    this.element.hidden = invitations.length === 0;
    reconcile(this.element, invitations, {
      key: (invitation) => invitation.conversation,
      stamp: (invitation) => `${invitation.title} ${invitation.invitedAt} ${namesStamp(this.#app, invitation.by)}`,
      make: (invitation) => this.#card(invitation),
    });
  }

  #card({ conversation, title, by }) {
    const answer = (caption, className, act) => h('button', {
      type: 'button', class: className, data: { part: caption },
      onclick: async (e) => {
        e.currentTarget.disabled = true;
        const button = e.currentTarget;
        try {
          await act();
        } catch (refused) {
          button.disabled = false;
          this.#failed(refused);
        }
      },
    }, caption, hidden(` ${title}`));
    return h('li', {}, avatar(conversation, title, false),
      h('span', { class: 'names' }, h('b', { dir: 'auto' }, title), h('small', {}, bdi(this.#app.person(by).displayName), ' invites you')),
      h('span', { class: 'answers' },
        answer('Join', 'primary', async () => this.#opened(await this.#app.groups.accept(conversation))),
        answer('Decline', null, () => this.#app.groups.decline(conversation))));
  }
}
