// Puts the parts together: who is signed in decides which page is shown.

import { Api, request } from './api.js';
import { App } from './app.js';
import { Sessions } from './session.js';
import { Shell } from './view/shell.js';
import { showSignIn } from './view/signin.js';
import { shelf } from './shelf.js';

const root = document.getElementById('page');
const sessions = new Sessions({ local: localStorage, tab: sessionStorage, request, locks: navigator.locks });
let open = null;

async function show(session, reason = null) {
  await leave();
  if (!session) return showSignIn(root, { sessions, reason, done: (started) => void show(started) });
  const app = new App({ session, api: new Api(session), storage: localStorage, shelf, signalR: window.signalR });
  const shell = new Shell(root, app, {
    another: () => { sessions.stepAside(); location.hash = '#/'; void show(null); },
    signOut: async () => { await leave(); location.hash = '#/'; await sessions.signOut(session.user); await shelf.remove(session.user); void show(null); },
  });
  open = { app, shell };
  session.addEventListener('ended', () => { if (open?.app === app) void end(session.user, 'Your session has ended. Sign in again; messages that were not sent are kept.'); });
  await app.start();
  shell.start();
}

/** Whoever is no longer signed in leaves nothing on this device but what they have written and not sent. */
async function end(user, reason) {
  await show(null, reason);
  await shelf.remove(user);
}

async function leave() {
  const left = open;
  open = null;
  left?.shell.stop();
  await left?.app.stop();
}

addEventListener('storage', (e) => {
  if (open && e.key === `social.session.${open.app.me}` && e.newValue === null) void end(open.app.me, 'You signed out in another tab.');
});

void show(sessions.current());
