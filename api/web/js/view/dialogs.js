// What is asked for in a window of its own: a new conversation, a group's members, what to do with a message, the account.

import { bdi, h, icon } from './dom.js';
import { avatar, nameOf } from './names.js';

/** Shows a modal window; it is gone from the document once closed. */
export function showDialog(title, content) {
  const dialog = h('dialog', { 'aria-label': title, onclick: (e) => { if (e.target === dialog) dialog.close(); } });
  dialog.append(h('div', { class: 'window' },
    h('header', {}, h('h2', {}, title), h('button', { class: 'plain', type: 'button', 'aria-label': 'Close', onclick: () => dialog.close() }, icon('close'))),
    ...content(dialog).filter(Boolean)));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A form that is sent once at a time and shows what was refused beside itself. */
function form(className, submit, ...children) {
  const error = h('p', { class: 'error', role: 'alert' });
  const element = h('form', {
    class: className,
    onsubmit: async (e) => {
      e.preventDefault();
      const button = element.querySelector('[type=submit]');
      error.textContent = '';
      button.disabled = true;
      try {
        await submit();
      } catch (refused) {
        error.textContent = refused.message;
      } finally {
        button.disabled = false;
      }
    },
  }, ...children, error);
  return element;
}

function field(caption, attributes) {
  const input = h('input', { type: 'text', autocomplete: 'off', dir: 'auto', required: true, ...attributes });
  return { input, label: h('label', { class: 'field' }, h('span', {}, caption), input) };
}

export function showNewConversation(app, opened) {
  showDialog('New conversation', (dialog) => {
    const done = (id) => { dialog.close(); opened(id); };
    const handle = field('Handle', { autocapitalize: 'none', spellcheck: 'false', placeholder: 'bob', maxlength: '31', autofocus: true });
    const title = field('Title', { maxlength: '100', placeholder: 'Saturday walk' });
    const members = field('Handles of the others', { autocapitalize: 'none', spellcheck: 'false', placeholder: 'bob, carol' });
    const key = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    return [
      form('part', async () => done(await app.startDirect(handle.input.value)),
        h('h3', {}, 'With one person'), h('div', { class: 'row' }, handle.label, h('button', { class: 'primary', type: 'submit' }, 'Start'))),
      form('part', async () => done(await app.startGroup(title.input.value.trim(), handles(members.input.value), `${key}-${sum(title.input.value, members.input.value)}`)),
        h('h3', {}, 'As a group'), title.label, members.label, h('button', { class: 'primary', type: 'submit' }, 'Make the group')),
    ];
  });
}

/** A group's members and title; redrawn as they change. */
export function showGroup(app, id, { failed, left }) {
  const list = h('ul', { class: 'members' });
  const invited = h('ul', { class: 'members' });
  let waiting = [];
  const rename = h('div', { class: 'parts' });
  const history = h('input', {
    type: 'checkbox',
    onchange: () => app.groups.change(id, { history: history.checked ? 'everything' : 'sinceJoining' }).catch((e) => { draw(); failed(e); }),
  });
  const draw = () => {
    const conversation = app.model.conversation(id);
    if (!conversation) return dialog.close();
    const admin = conversation.members?.get(app.me)?.role === 'admin';
    const members = [...(conversation.members?.values() ?? [])];
    const lastAdmin = members.filter((member) => member.role === 'admin').length === 1;
    list.replaceChildren(...members.map((member) => memberLine(app, id, member, { admin, lastAdmin, failed })));
    invited.replaceChildren(...waiting.map(({ user }) => invitedLine(app, user, admin ? () => app.groups.withdraw(id, user).then(readInvited).catch(failed) : null)));
    rename.hidden = !admin;
    history.checked = conversation.history !== 'sinceJoining';
  };
  const readInvited = async () => {
    waiting = await app.groups.invited(id);
    draw();
  };
  const dialog = showDialog('Group', (self) => {
    const title = field('Title', { maxlength: '100', value: app.model.conversation(id)?.title ?? '' });
    const handle = field('Add by handle', { autocapitalize: 'none', spellcheck: 'false', maxlength: '31' });
    rename.append(
      form('part', () => app.groups.change(id, { title: title.input.value.trim() }), h('div', { class: 'row' }, title.label, h('button', { type: 'submit' }, 'Rename'))),
      form('part', async () => { await app.groups.invite(id, handle.input.value); handle.input.value = ''; await readInvited(); },
        h('div', { class: 'row' }, handle.label, h('button', { type: 'submit' }, 'Add'))),
      h('label', { class: 'check' }, history, h('span', {}, 'Newcomers may read what was said before')));
    return [list, invited, rename, h('button', {
      class: 'danger wide', type: 'button',
      onclick: () => app.removeMember(id, app.me).then(() => { self.close(); left(); }, failed),
    }, 'Leave the group')];
  });
  app.addEventListener('change', draw);
  dialog.addEventListener('close', () => app.removeEventListener('change', draw));
  draw();
  readInvited().catch(failed);
}

function invitedLine(app, user, withdraw) {
  const { handle, displayName } = app.person(user);
  return h('li', {}, avatar(user, displayName, false),
    h('span', { class: 'names' }, h('b', { dir: 'auto' }, displayName), h('small', {}, handle ? `@${handle} · invited` : 'invited')),
    withdraw ? h('button', { class: 'link', type: 'button', onclick: withdraw }, 'Take back', h('span', { class: 'unseen' }, ' the invitation of ', bdi(displayName))) : null);
}

function memberLine(app, id, { user, role }, { admin, lastAdmin, failed }) {
  const name = nameOf(app, user);
  const act = (caption, run) => h('button', { class: 'link', type: 'button', onclick: () => run().catch(failed) }, caption, h('span', { class: 'unseen' }, ' ', bdi(name)));
  const { handle, displayName } = app.person(user);
  return h('li', {}, avatar(user, displayName, app.model.online.get(user) === true),
    h('span', { class: 'names' }, h('b', { dir: 'auto' }, name), h('small', {}, `@${handle}${role === 'admin' ? ' · admin' : ''}`)),
    admin && role === 'member' ? act('Make admin', () => app.groups.setRole(id, user, 'admin')) : null,
    admin && role === 'admin' && !lastAdmin ? act('Unmake admin', () => app.groups.setRole(id, user, 'member')) : null,
    admin && user !== app.me ? act('Remove', () => app.removeMember(id, user)) : null);
}

export function showMessage(entry, { edit, erase }) {
  showDialog('Your message', (dialog) => [
    h('p', { class: 'quoted', dir: 'auto' }, entry.text.length > 300 ? `${entry.text.slice(0, 300)}…` : entry.text),
    h('div', { class: 'choices' },
      h('button', { type: 'button', autofocus: true, onclick: () => { dialog.close(); edit(); } }, 'Change'),
      h('button', { class: 'danger', type: 'button', onclick: () => { dialog.close(); erase(); } }, 'Delete for everyone')),
  ]);
}

export function showAccount(app, { another, signOut, failed }) {
  const asked = h('input', { type: 'checkbox', disabled: true, onchange: () => app.groups.chooseAsked(asked.checked).catch((e) => { asked.checked = !asked.checked; failed(e); }) });
  const operators = h('p', { hidden: true }, h('a', { href: '/jobs' }, 'Jobs, dashboard and what else operators look at'));
  app.operates().then((may) => { operators.hidden = !may; }, failed);
  app.groups.isAsked().then((value) => { [asked.checked, asked.disabled] = [value, false]; }, failed);
  showDialog(`@${app.session.handle}`, (dialog) => [
    h('label', { class: 'check' }, asked, h('span', {}, 'Ask me before others put me into a group')),
    h('div', { class: 'choices' },
      h('button', { type: 'button', onclick: () => { dialog.close(); another(); } }, 'Use this tab as somebody else'),
      h('button', { class: 'danger', type: 'button', onclick: () => { dialog.close(); signOut(); } }, 'Sign out')),
    app.outbox.waiting.length
      ? h('p', { class: 'hint' }, 'Some messages are not sent yet. They stay on this device and are sent when you are signed in here again.') : null,
    operators,
    h('p', { class: 'hint' }, 'Each tab of this browser can be a different person.'),
  ]);
}

function handles(text) { return text.split(/[\s,;]+/).filter(Boolean); }

/** Another content gets another key; the same content sent twice keeps it, so that a retry makes one group. */
function sum(...texts) {
  let total = 0;
  for (const character of texts.join('\n')) total = (Math.imul(total, 31) + character.codePointAt(0)) >>> 0;
  return total.toString(36);
}
