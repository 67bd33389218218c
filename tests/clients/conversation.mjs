// What the Node clients share: the lines that they print, and the conversation that every SDK must be able to hold.
// Each SDK brings an object with tools, prompts, resources, call, prompt and resource in its own words.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** The URL, the token and the house, from the environment as the runner sets it. */
export function surroundings() {
  const { HEARTH_URL, HEARTH_TOKEN, HEARTH_HOUSE } = process.env;
  return { url: HEARTH_URL, token: HEARTH_TOKEN, house: JSON.parse(readFileSync(HEARTH_HOUSE, 'utf8')) };
}

/** Prints `ok name` for what holds and ends with the counts. */
export class Checks {
  constructor(client) {
    Object.assign(this, { client, passed: 0, failed: 0 });
  }

  async check(name, body) {
    const begin = performance.now();
    try {
      await body();
      this.passed += 1;
      console.log(`ok ${this.client}: ${name} (${(performance.now() - begin).toFixed(0)} ms)`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED ${this.client}: ${name}: ${error.message}`);
      console.error(error);
    }
  }

  end() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed || !this.passed ? 1 : 0);
  }
}

/** The lines of a live context about the entity that has this name among its names. */
export function entity(context, name) {
  for (const block of context.split(/^- /m).slice(1)) {
    const names = /names: (.*)$/m.exec(block)?.[1].replace(/^['"]|['"]$/g, '').split(',') ?? [];
    if (names.some((one) => one.trim() === name)) return block;
  }
  return undefined;
}

/** The state of that entity. */
export function state(context, name) {
  const block = entity(context, name);
  assert(block, `${name} is not in the live context: ${context.slice(0, 300)}`);
  return /^\s*state: ['"]?(.*?)['"]?$/m.exec(block)[1];
}

/** The text of the live context. */
export async function live(client, filters = {}) {
  const { text, failed } = await client.call('homeassistant__GetLiveContext', filters);
  return failed ? text : JSON.parse(text).result;
}

async function done(client, tool, args) {
  const { text, failed } = await client.call(tool, args);
  assert(!failed, text);
  return JSON.parse(text).data.success.map((one) => `${one.type} ${one.name}`);
}

/** The whole conversation. */
export async function hold(checks, client, house) {
  await lists(checks, client, house);
  await controls(checks, client, house);
  await refusals(checks, client, house);
}

async function lists(checks, client, house) {
  await checks.check('lists tools', async () => {
    const tools = await client.tools();
    for (const tool of ['intent__HassTurnOn', 'light__HassLightSet', 'homeassistant__GetLiveContext', house.slow.tool]) {
      assert(tools.includes(tool), `not offered: ${tool}`);
    }
  });
  await checks.check('lists and gets the prompt', async () => {
    assert.deepEqual(await client.prompts(), [house.prompt]);
    assert((await client.prompt(house.prompt)).includes(house.light.name));
  });
  await checks.check('lists the resource', async () => {
    assert((await client.resources()).includes('homeassistant://assist/context-snapshot'));
  });
}

async function controls(checks, client, house) {
  const { name } = house.light;
  await checks.check('controls by name and reads it back', async () => {
    for (const [tool, wanted] of [['intent__HassTurnOn', 'on'], ['intent__HassTurnOff', 'off']]) {
      assert((await done(client, tool, { name })).includes(`entity ${name}`));
      assert.equal(state(await live(client, { name }), name), wanted);
    }
  });
  await checks.check('controls by area and reads it back', async () => {
    const { name: area, light } = house.area;
    const reached = await done(client, 'light__HassLightSet', { area, brightness: 60 });
    assert.equal(reached[0], `area ${area}`);
    assert(reached.includes(`entity ${light}`));
    assert.match(entity(await live(client, { area }), light), /brightness_pct: ['"]?60['"]?/);
  });
  await checks.check('controls by floor and reads it back', async () => {
    const { name: floor, light } = house.floor;
    for (const [tool, wanted] of [['intent__HassTurnOn', 'on'], ['intent__HassTurnOff', 'off']]) {
      const reached = await done(client, tool, { floor, domain: ['light'] });
      assert.equal(reached[0], `floor ${floor}`);
      assert(reached.includes(`entity ${light}`));
      assert.equal(state(await live(client, { name: light }), light), wanted);
    }
  });
  await checks.check('reads the same from the resource', async () => {
    const text = await client.resource('homeassistant://assist/context-snapshot');
    const context = text.startsWith('{') ? JSON.parse(text).result : text;
    assert.equal(state(context, house.floor.light), 'off');
  });
}

async function refusals(checks, client, house) {
  await checks.check('hears of a refused action', async () => {
    for (const [tool, args] of house.refused) {
      const { text, failed } = await client.call(tool, args);
      assert(failed && text, `${tool} ${JSON.stringify(args)}: ${text}`);
    }
  });
  await checks.check('what is not exposed is as if it did not exist', async () => {
    const { hidden, nobody, hides } = house;
    assert.equal(entity(await live(client), hidden), undefined);
    const one = await client.call('intent__HassTurnOn', { name: hidden });
    const other = await client.call('intent__HassTurnOn', { name: nobody });
    assert(one.failed && other.failed);
    if (hides) assert.equal(one.text.replaceAll(hidden, nobody), other.text);
  });
}

/** An SDK's call of a slow script, cancelled: the call ends at once, and the script does not reach its end. */
export async function cancels(checks, client, house, abortable) {
  const { tool, argument, mark } = house.slow;
  await checks.check('cancels a slow call', async () => {
    await client.call(tool, { [argument]: 0 });
    const abort = new AbortController();
    const call = abortable(tool, { [argument]: 1 }, abort.signal);
    // Another call of the same session that is answered shows that the slow one has been taken.
    await client.call('llm__GetDateTime', {});
    abort.abort(new Error('changed my mind'));
    await assert.rejects(call);
    // What begins now ends after the cancelled one would have; until then that must leave no mark.
    let over = false;
    const later = client.call(tool, { [argument]: 3 }).finally(() => { over = true; });
    while (!over) {
      const seen = Number(/\d+(\.\d+)?/.exec(state(await live(client, { name: mark }), mark))[0]);
      assert(seen === 0 || seen === 3, `the cancelled script went on: ${seen}`);
      await Promise.race([later, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
  });
}

// The new stream has begun, but its endpoint may still be on the way to the client: until then it posts to the old one.
async function onceThere(ask, tries = 200) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if ((tries -= 1) === 0 || !/session/i.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** The stream is cut under the client; it comes back by itself and goes on without a new `initialize`. */
export async function reconnects(checks, client, house, proxy) {
  if (!house.reconnects) return;
  await checks.check('goes on after its stream was cut', async () => {
    const { name } = house.light;
    await done(client, 'intent__HassTurnOn', { name });
    const back = proxy.nextStream();
    proxy.cut();
    await back;
    assert.equal(state(await onceThere(() => live(client, { name })), name), 'on');
    await done(client, 'intent__HassTurnOff', { name });
    assert(!proxy.sawInitializeSinceCut(), 'the client initialized again: this proves nothing');
  });
}
