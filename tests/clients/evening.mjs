// An evening at home, as one conversation: every step asks for something, and sees it in what the home says then.

import assert from 'node:assert/strict';
import { entity, live, state } from './conversation.mjs';

const PLAYER = 'media_player__';

/** All of it, in its order, with the home that `house` tells of. */
export async function evening(checks, client, house) {
  const steps = [
    ['asks who is at home', whoIsHome],
    ['prepares the living room for a movie', movie],
    ['pauses all that plays when it rings, and goes on', doorbell],
    ['puts something on the shopping list', shopping],
    ['tells what is tomorrow', tomorrow],
    ['says good night', goodNight],
  ];
  for (const [title, step] of steps) {
    await checks.check(`in the evening, ${title}`, () => step(client, house.evening), 'evening');
  }
}

/** What a tool answers, which must not be an error. */
async function asked(client, tool, args = {}) {
  const { text, failed } = await client.call(tool, args);
  assert(!failed, `${tool} ${JSON.stringify(args)}: ${text}`);
  return JSON.parse(text);
}

async function states(client, names) {
  const found = [];
  for (const name of names) found.push(state(await live(client, { name }), name));
  return found;
}

async function whoIsHome(client, { people }) {
  const told = await live(client, { domain: 'person' });
  const found = Object.fromEntries(Object.keys(people).map((name) => [name, state(told, name)]));
  assert.deepEqual(found, people);
}

async function movie(client, { movie: { tool, arguments: args, light, cover } }) {
  await asked(client, tool, args);
  const shown = entity(await live(client, { name: light }), light);
  assert.match(shown, new RegExp(`brightness_pct: ['"]?${args.brightness}['"]?$`, 'm'));
  const [moves] = await states(client, [cover]);
  assert(['closing', 'closed'].includes(moves), moves);
}

async function doorbell(client, { players, speaker, doorbell: bell }) {
  const all = (what) => players.map(() => what);
  const query = { search_query: speaker.search, player_name: speaker.name };
  const { results } = await asked(client, `${PLAYER}search_media`, query);
  const { title, media_content_id, media_content_type } = results.find((one) => one.can_play);
  await asked(client, `${PLAYER}play_media`, { media_content_id, media_content_type, player_name: speaker.name });
  assert((await live(client, { name: speaker.name })).includes(title));
  assert.deepEqual(await states(client, players), all('playing'));
  const before = await states(client, [bell]);
  await asked(client, 'intent__HassTurnOn', { name: bell });
  assert.notDeepEqual(await states(client, [bell]), before);
  const { data } = await asked(client, `${PLAYER}HassMediaPause`);
  assert.deepEqual(data.success.map((one) => one.name).sort(), [...players].sort());
  assert.deepEqual(await states(client, players), all('paused'));
  await asked(client, `${PLAYER}HassMediaUnpause`);
  assert.deepEqual(await states(client, players), all('playing'));
}

async function shopping(client, { list }) {
  await asked(client, 'todo__HassListAddItem', { name: list, item: 'oat milk' });
  const { items } = await asked(client, 'todo__get_items', { todo_list: list });
  const added = items.filter((one) => one.summary === 'Oat milk');
  assert.deepEqual(added.map((one) => one.status), ['needs_action']);
}

async function tomorrow(client, { calendar }) {
  const day = new Date((await asked(client, 'llm__GetDateTime')).date);
  day.setUTCDate(day.getUTCDate() + 1);
  const { events } = await asked(client, 'calendar__get_events', { calendar, range: 'week' });
  const then = events.filter((one) => one.start.startsWith(day.toISOString().slice(0, 10)));
  assert(then.length > 0, JSON.stringify(events));
}

async function goodNight(client, { night: { scene, states: wanted } }) {
  await asked(client, 'intent__HassTurnOn', { name: scene, domain: ['scene'] });
  for (const [name, allowed] of Object.entries(wanted)) {
    const [found] = await states(client, [name]);
    assert(allowed.includes(found), `${name}: ${found}`);
  }
}
