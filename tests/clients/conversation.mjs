// The conversation that every client in Node must be able to hold. Each SDK brings an object with tools, prompts,
// resources, call, prompt and resource in its own words.

import assert from 'node:assert/strict';

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
  }, 'lists');
  await checks.check('lists and gets the prompt', async () => {
    assert.deepEqual(await client.prompts(), [house.prompt]);
    assert((await client.prompt(house.prompt)).includes(house.light.name));
  }, 'lists');
  await checks.check('lists the resource', async () => {
    assert((await client.resources()).includes('homeassistant://assist/context-snapshot'));
  }, 'lists');
}

async function controls(checks, client, house) {
  const { name } = house.light;
  await checks.check('controls by name and reads it back', async () => {
    for (const [tool, wanted] of [['intent__HassTurnOn', 'on'], ['intent__HassTurnOff', 'off']]) {
      assert((await done(client, tool, { name })).includes(`entity ${name}`));
      assert.equal(state(await live(client, { name }), name), wanted);
    }
  }, 'controls');
  await checks.check('controls by area and reads it back', async () => {
    const { name: area, light } = house.area;
    const reached = await done(client, 'light__HassLightSet', { area, brightness: 60 });
    assert.equal(reached[0], `area ${area}`);
    assert(reached.includes(`entity ${light}`));
    assert.match(entity(await live(client, { area }), light), /brightness_pct: ['"]?60['"]?/);
  }, 'controls');
  await checks.check('controls by floor and reads it back', async () => {
    const { name: floor, light } = house.floor;
    for (const [tool, wanted] of [['intent__HassTurnOn', 'on'], ['intent__HassTurnOff', 'off']]) {
      const reached = await done(client, tool, { floor, domain: ['light'] });
      assert.equal(reached[0], `floor ${floor}`);
      assert(reached.includes(`entity ${light}`));
      assert.equal(state(await live(client, { name: light }), light), wanted);
    }
  }, 'controls');
  await checks.check('reads the same from the resource', async () => {
    const text = await client.resource('homeassistant://assist/context-snapshot');
    const context = text.startsWith('{') ? JSON.parse(text).result : text;
    assert.equal(state(context, house.floor.light), 'off');
  }, 'controls');
}

async function refusals(checks, client, house) {
  await checks.check('hears of a refused action', async () => {
    for (const [tool, args] of house.refused) {
      const { text, failed } = await client.call(tool, args);
      assert(failed && text, `${tool} ${JSON.stringify(args)}: ${text}`);
    }
  }, 'refusals');
  await checks.check('what is not exposed is as if it did not exist', async () => {
    const { hidden, nobody, hides } = house;
    assert.equal(entity(await live(client), hidden), undefined);
    const one = await client.call('intent__HassTurnOn', { name: hidden });
    const other = await client.call('intent__HassTurnOn', { name: nobody });
    assert(one.failed && other.failed);
    if (hides) assert.equal(one.text.replaceAll(hidden, nobody), other.text);
  }, 'refusals');
}
