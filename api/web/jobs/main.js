// The operator's page of jobs: who is signed in in this browser decides what is shown.

import { Api, request } from '../js/api.js';
import { Sessions } from '../js/session.js';
import { shelf } from '../js/shelf.js';
import { h } from '../js/view/dom.js';
import { showSignIn } from '../js/view/signin.js';
import { Board } from './board.js';
import { BoardView } from './view.js';
import { states } from './words.js';

const root = document.getElementById('page');
const sessions = new Sessions({ local: localStorage, tab: sessionStorage, request, locks: navigator.locks });
let open = null;

function show(session, reason = null) {
  leave();
  if (!session) {
    return showSignIn(root, { sessions, reason: reason ?? 'Sign in as somebody who operates this system to see its jobs.', done: (started) => show(started) });
  }
  const asked = new URLSearchParams(location.search);
  const board = new Board({ api: new Api(session), state: states.find((state) => state === asked.get('state')) ?? null, queue: asked.get('queue') ?? '' });
  const view = new BoardView(root, board, { handle: session.handle, another: stepAside, signOut: () => void signOut(session) });
  open = { session, board, view };
  session.addEventListener('ended', () => { if (open?.board === board) show(null, 'Your session has ended. Sign in again.'); });
  board.addEventListener('forbidden', () => { if (open?.board === board) showForbidden(session); });
  if (document.hidden) board.hold('hidden');
  board.start();
}

function leave() {
  open?.board.stop();
  open?.view.stop();
  open = null;
}

function stepAside() {
  sessions.stepAside();
  show(null);
}

async function signOut({ user }) {
  leave();
  await sessions.signOut(user);
  await shelf.remove(user);
  show(null);
}

function showForbidden(session) {
  leave();
  const { handle } = session;
  const other = h('button', { class: 'primary', type: 'button', onclick: stepAside }, 'Sign in as somebody else');
  root.replaceChildren(h('main', { class: 'front' },
    h('p', { class: 'brand' }, 'OrleansSocial'),
    h('section', { class: 'sign-in' },
      h('h1', {}, 'Jobs are for operators'),
      h('p', {}, `You are signed in as @${handle}, who does not operate this system. For that, the handle ${handle} is to be named in the setting `,
        h('code', {}, 'Social:Admins:Handles'), ', which is read when the server starts.'),
      other, h('button', { type: 'button', onclick: () => show(session) }, 'Try again')),
    h('p', { class: 'foot' }, h('a', { href: '/' }, 'To the conversations'))));
  other.focus();
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) open?.board.hold('hidden');
  else open?.board.release('hidden');
});

addEventListener('online', () => void open?.board.refresh());

addEventListener('storage', (e) => {
  if (open && e.key === `social.session.${open.session.user}` && e.newValue === null) show(null, 'You signed out in another tab.');
});

show(sessions.current());
