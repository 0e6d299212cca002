// What is done with groups: their members, roles and title, and the invitations to them.

export class Groups {
  #api;
  #model;
  #people;
  #viewed;
  #changed;

  constructor({ api, model, people, viewed, changed }) {
    this.#api = api;
    this.#model = model;
    this.#people = people;
    this.#viewed = viewed;
    this.#changed = changed;
  }

  /** Adds the person with a handle, or invites them where they are asked first. */
  async invite(id, handle) { this.#viewed(await this.#api.invite(id, [(await this.#people.find(handle)).id])); }

  /** Changes a group's title, or what newcomers may read. */
  async change(id, change) { this.#viewed(await this.#api.changeGroup(id, change)); }

  async setRole(id, user, role) { this.#viewed(await this.#api.setRole(id, user, role)); }

  /** Who is invited to a group and has not answered. */
  async invited(id) { return (await this.#api.invited(id)).items; }

  withdraw(id, user) { return this.#api.withdraw(id, user); }

  /** Joins a group; returns its id. */
  async accept(id) {
    const view = await this.#api.accept(id);
    this.#model.invitations.delete(id);
    return this.#viewed(view);
  }

  async decline(id) {
    await this.#api.decline(id);
    this.#model.invitations.delete(id);
    this.#changed();
  }

  /** Whether one is asked before one comes into a group. */
  async isAsked() { return (await this.#api.joining()).joining === 'asked'; }

  chooseAsked(asked) { return this.#api.chooseJoining(asked ? 'asked' : 'added'); }
}
