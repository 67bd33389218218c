// What the Node clients share: the lines that they print, and what surrounds them.

import { readFileSync } from 'node:fs';

/** What the runner tells a client: URL, token, house, transport, mode, the version to agree on, … */
export function surroundings() {
  const given = process.env;
  return {
    url: given.HEARTH_URL,
    token: given.HEARTH_TOKEN,
    headers: { Authorization: `Bearer ${given.HEARTH_TOKEN}` },
    house: JSON.parse(readFileSync(given.HEARTH_HOUSE, 'utf8')),
    transport: given.HEARTH_TRANSPORT ?? 'sse',
    mode: given.HEARTH_MODE ?? '',
    version: given.HEARTH_VERSION ?? '',
    asking: given.HEARTH_ASKING ?? '',
    control: given.HEARTH_CONTROL ?? '',
  };
}

/** How `hearth stdio` is started to join the server at this URL. */
export function stdio({ token }, url) {
  const { HEARTH_PROGRAM, HEARTH_VERBOSE, HOME, PATH } = process.env;
  return {
    command: HEARTH_PROGRAM,
    args: ['stdio', '--url', url],
    env: { HEARTH_TOKEN: token, HOME, PATH },
    stderr: HEARTH_VERBOSE ? 'inherit' : 'ignore',
  };
}

/** The behaviours that the runner names there. */
const named = (variable) => new Set((process.env[variable] ?? '').split(',').filter(Boolean));

/** What a behaviour needs could not be had: this tells nothing about the behaviour. */
export class Unprepared extends Error {}

/** Prints `ok name` for what holds, and at the end what the client has shown (the columns of a table) and the counts. */
export class Checks {
  constructor(client) {
    Object.assign(this, { client, passed: 0, failed: 0, shown: {} });
    // Behaviours that this client is known not to have, in this mode. They are tried all the same.
    this.lacking = named('HEARTH_LACKING');
    this.leftOut = named('HEARTH_LEFT_OUT');
  }

  #count(passed, name, text) {
    this[passed ? 'passed' : 'failed'] += 1;
    console.log(`${passed ? 'ok' : 'FAILED'} ${this.client}: ${name}${text}`);
  }

  /** One thing that must hold; `body` throws when it does not. */
  async check(name, body, shows = undefined) {
    const begin = performance.now();
    try {
      await body();
      this.#count(true, name, ` (${(performance.now() - begin).toFixed(0)} ms)`);
      if (shows) this.shown[shows] ??= true;
    } catch (error) {
      this.#count(false, name, `: ${error.message}`);
      console.error(error);
      if (shows) this.shown[shows] = false;
    }
  }

  /** The same for what not every client can: one that lacks it must fail here, or the table would be wrong. */
  async attempt(behaviour, name, body) {
    if (this.leftOut.has(behaviour)) return undefined;
    if (!this.lacking.has(behaviour)) return this.check(name, body, behaviour);
    try {
      await body();
      this.shown[behaviour] = true;
      this.#count(false, name, ': it can, against what is known of it');
    } catch (error) {
      this.shown[behaviour] = false;
      if (error instanceof Unprepared) this.#count(false, name, `: ${error.message}`);
      else this.#count(true, name, `: it cannot, as is known (${error.message.split('\n')[0]})`);
    }
  }

  /** Milliseconds to wait for a behaviour: few where it will not come. */
  patience(behaviour) {
    return this.lacking.has(behaviour) ? 2000 : 15000;
  }

  end() {
    console.log(`# shows ${JSON.stringify(this.shown)}`);
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed || !this.passed ? 1 : 0);
  }
}

/** Fails when a promise takes longer. */
export async function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
