// The first page: sign in, open an account, or go on as somebody who is signed in in this browser already.

import { h } from './dom.js';
import { avatar } from './names.js';

/** Shows the page; `done(session)` is called once with the session. `reason` says why one is here again. */
export function showSignIn(root, { sessions, reason, done }) {
  let registering = false;
  const handle = field('Handle', { name: 'username', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true, maxlength: '31', dir: 'auto' });
  const name = field('Name that others see', { name: 'name', autocomplete: 'name', maxlength: '100', dir: 'auto', placeholder: 'Optional' });
  const password = field('Password', { name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const hint = h('p', { class: 'hint' }, 'A handle is 3 to 30 letters a–z, digits or underscores, and begins with a letter. A password has at least 8 characters.');
  const error = h('p', { class: 'error', role: 'alert' });
  const submit = h('button', { class: 'primary wide', type: 'submit' });
  const other = h('button', { class: 'link', type: 'button', onclick: () => { registering = !registering; arrange(); handle.input.focus(); } });
  const heading = h('h1', {});
  const form = h('form', { class: 'sign-in', onsubmit: enter }, heading, handle.label, name.label, password.label, hint, error, submit, other);

  function arrange() {
    heading.textContent = registering ? 'Open an account' : 'Sign in';
    submit.textContent = registering ? 'Open account' : 'Sign in';
    other.textContent = registering ? 'I have an account already' : 'I have no account yet';
    name.label.hidden = hint.hidden = !registering;
    password.input.setAttribute('autocomplete', registering ? 'new-password' : 'current-password');
    error.textContent = '';
  }

  async function enter(event) {
    event.preventDefault();
    error.textContent = '';
    submit.disabled = true;
    try {
      const who = handle.input.value.trim().replace(/^@/, '');
      done(registering
        ? await sessions.register(who, name.input.value.trim(), password.input.value)
        : await sessions.signIn(who, password.input.value));
    } catch (e) {
      error.textContent = e.message;
      (e.code?.startsWith('identity.handle') ? handle : password).input.focus();
    } finally {
      submit.disabled = false;
    }
  }

  arrange();
  root.replaceChildren(h('main', { class: 'front' },
    h('p', { class: 'brand' }, 'OrleansSocial'),
    reason ? h('p', { class: 'notice', role: 'status' }, reason) : null,
    remembered(sessions, done),
    form,
    h('p', { class: 'foot' }, h('a', { href: '/docs' }, 'API documentation'))));
  handle.input.focus();
}

function remembered(sessions, done) {
  const people = sessions.remembered();
  if (people.length === 0) return null;
  return h('section', { class: 'remembered', 'aria-label': 'Signed in in this browser' }, people.map(({ user, handle }) =>
    h('button', { type: 'button', class: 'person', onclick: () => { sessions.use(user); done(sessions.current()); } },
      avatar(user, handle, false), h('span', {}, 'Go on as ', h('b', {}, `@${handle}`)))));
}

function field(caption, attributes) {
  const input = h('input', { type: 'text', ...attributes });
  return { input, label: h('label', { class: 'field' }, h('span', {}, caption), input) };
}
