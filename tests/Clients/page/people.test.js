import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Model } from '../../../api/web/js/model.js';
import { People } from '../../../api/web/js/people.js';
import { eventually } from '../eventually.js';

/** The server as the page asks it for people; what each is called is the test's to say. */
class Api {
  asked = [];
  names = { bob: ['Bob', 1] };

  async person(id) {
    this.asked.push(id);
    const [displayName, version] = this.names[id];
    return { id, handle: id, displayName, version };
  }
}

function knowing(api) {
  const model = new Model('alice');
  return { model, people: new People({ api, model, changed: () => {} }) };
}

test('A name is read once, however often it is shown', async () => {
  const api = new Api();
  const { people } = knowing(api);

  await eventually(() => assert.equal(people.get('bob').displayName, 'Bob'));
  people.get('bob');

  assert.deepEqual(api.asked, ['bob']);
});

test('When any name may have changed those that are shown are read again, and serve until then', async () => {
  const api = new Api();
  const { people } = knowing(api);
  await eventually(() => assert.equal(people.get('bob').displayName, 'Bob'));

  api.names.bob = ['Robert', 2];
  people.readAgain();

  assert.equal(people.get('bob').displayName, 'Bob');
  await eventually(() => assert.equal(people.get('bob').displayName, 'Robert'));
  assert.deepEqual(api.asked, ['bob', 'bob']);
});

test('A name that is told while an older one is being read stays', async () => {
  const api = new Api();
  const { model, people } = knowing(api);
  const read = api.person('bob');
  api.person = () => read;

  people.get('bob');
  model.apply({ type: 'profile.changed', data: { id: 'bob', handle: 'bob', displayName: 'Robert', version: 2 } }, 0);
  await read;
  await new Promise(setImmediate);

  assert.equal(people.get('bob').displayName, 'Robert');
});
