// What is asked for in a window of its own: whether a job is really to be cancelled, and who uses this tab.

import { h } from '../js/view/dom.js';
import { showDialog } from '../js/view/dialogs.js';
import { nameOf } from './words.js';

/** Asks before `cancel`; what the server has against it is shown where it was asked. */
export function showCancel(job, cancel) {
  return showDialog('Cancel this job?', (dialog) => {
    const error = h('p', { class: 'error', role: 'alert' });
    const yes = h('button', {
      class: 'danger', type: 'button',
      onclick: async () => {
        error.textContent = '';
        yes.disabled = true;
        try {
          await cancel();
          dialog.close();
        } catch (refused) {
          error.textContent = refused.message;
        } finally {
          yes.disabled = false;
        }
      },
    }, 'Cancel the job');
    return [
      h('p', { class: 'quoted whole' }, nameOf(job)),
      h('p', { class: 'hint' }, job.state === 'running'
        ? 'It is told to stop, and is cancelled as soon as it does. What it has done so far outside the database stays done.'
        : 'It is not run any more, unless you let it run later on.'),
      error,
      h('div', { class: 'choices' }, h('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, 'Keep it'), yes),
    ];
  });
}

export function showAccount({ handle, another, signOut }) {
  return showDialog(`@${handle}`, (dialog) => [
    h('div', { class: 'choices' },
      h('button', { type: 'button', autofocus: true, onclick: () => { dialog.close(); another(); } }, 'Use this tab as somebody else'),
      h('button', { class: 'danger', type: 'button', onclick: () => { dialog.close(); signOut(); } }, 'Sign out')),
  ]);
}
