// What not every client can: progress, cancelling, hearing of changes, answering questions, resuming, coming back.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Unprepared, within } from './checks.mjs';
import { live, state } from './conversation.mjs';
import { FILLED_IN, SAMPLED } from './said.mjs';

const run = promisify(execFile);
const soon = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Tries them. `client` is as for the conversation, and its `call` takes `{ onprogress, signal }` as a third argument;
 * `listening(changed)` begins to hear of changes and gives what ends it. `opened(url)` connects to another server and gives
 * such an object, with `close`.
 */
export async function tryAll(checks, client, around, opened) {
  // The cuts come last: some clients do not survive them.
  await progress(checks, client, around.house);
  await cancels(checks, client, around.house);
  if (process.env.HEARTH_PROGRAM) await hearsOfChanges(checks, client, around.house);
  if (around.asking) await answers(checks, around, opened);
  if (around.control) {
    await resumes(checks, client, around);
    await comesBack(checks, client, around);
  }
}

async function slow(client, { slow: { tool, argument } }, seconds, options = {}) {
  const { text, failed } = await client.call(tool, { [argument]: seconds }, options);
  assert(!failed, text);
  return text;
}

/**
 * Begins a call of the slow script, and waits until the server has begun it, as far as this client can know. Gives the
 * call in an object, because a promise would be waited for.
 */
async function begun(checks, client, house, seconds, signal) {
  let told;
  const heard = new Promise((resolve) => { told = resolve; });
  const call = slow(client, house, seconds, { onprogress: () => told(), signal });
  call.catch(() => {});
  if (checks.lacking.has('progress')) await live(client, { name: house.slow.mark });
  else {
    await within(checks.patience('progress'), heard, '').catch(() => {
      throw new Unprepared('nothing tells that the call has begun');
    });
  }
  return { call };
}

function progress(checks, client, house) {
  return checks.attempt('progress', 'hears how far a call has come', async () => {
    const told = [];
    await slow(client, house, 0.3, { onprogress: (one) => told.push(one.progress) });
    assert(told.length > 0, 'nothing was told');
    assert(told.every((one, place) => place === 0 || one > told[place - 1]), `${told}`);
  });
}

function cancels(checks, client, house) {
  return checks.attempt('cancels', 'stops a call by giving it up', async () => {
    await slow(client, house, 0);
    const abort = new AbortController();
    const { call } = await begun(checks, client, house, 1, abort.signal);
    abort.abort(new Error('changed my mind'));
    await assert.rejects(call);
    // What begins now ends after the cancelled one would have; until then that must leave no mark.
    let over = false;
    const later = slow(client, house, 2).finally(() => { over = true; });
    while (!over) {
      const seen = Number(/\d+(\.\d+)?/.exec(state(await live(client, { name: house.slow.mark }), house.slow.mark))[0]);
      assert(seen === 0 || seen === 2, `the cancelled script went on: ${seen}`);
      await Promise.race([later, soon(50)]);
    }
    await later;
  });
}

function hearsOfChanges(checks, client, house) {
  return checks.attempt('changes', 'hears that the list of tools changed', async () => {
    const { tool } = house.slow;
    try {
      let changed;
      const heard = new Promise((resolve) => { changed = resolve; });
      const stop = await client.listening(changed);
      await setReadOnly(true);
      await within(checks.patience('changes'), heard, 'the news');
      assert(!(await client.tools()).includes(tool));
      await stop();
    } finally {
      await setReadOnly(false);
      await within(15000, (async () => {
        while (!(await client.tools()).includes(tool)) await soon(20);
      })(), 'the tool');
    }
  });
}

function answers(checks, { asking }, opened) {
  return checks.attempt('answers', 'answers what the server asks in the middle of a call', async () => {
    const client = await opened(asking);
    try {
      for (const [tool, args, wanted] of [
        ['test_elicitation', { message: 'Who are you?' }, Object.values(FILLED_IN)],
        ['test_sampling', { prompt: 'What do you say?' }, [SAMPLED]],
      ]) {
        const { text, failed } = await within(checks.patience('answers'), client.call(tool, args), `the end of ${tool}`);
        assert(!failed && wanted.every((one) => text.includes(one)), text);
      }
    } finally {
      await client.close();
    }
  });
}

function resumes(checks, client, { house, control }) {
  return checks.attempt('resumes', 'gets the answer to a call whose connection was cut', async () => {
    const { call } = await begun(checks, client, house, 1);
    const before = await proxy(control, 'cut');
    const text = await within(checks.patience('resumes'), call, 'the answer');
    assert.equal(JSON.parse(text).result.waited, 1);
    const after = await proxy(control, 'seen');
    assert(after.resumes > before.resumes, 'it did not say where it had stopped reading');
  });
}

function comesBack(checks, client, { control, transport }) {
  return checks.attempt('comes back', 'goes on after its connections were cut', async () => {
    const before = await proxy(control, 'cut');
    await within(checks.patience('comes back'), (async () => {
      for (;;) {
        try {
          assert((await client.tools()).includes('intent__HassTurnOn'));
          break;
        } catch (error) {
          // A client may first have to find out that its connections are gone.
          if (error instanceof assert.AssertionError) throw error;
          await soon(50);
        }
      }
    })(), 'the list of tools');
    const after = await proxy(control, 'seen');
    // Over SSE it went on without another handshake: the server serves a session that never had one.
    if (transport === 'sse' && !client.initializesAgain) assert.equal(after.initializes, before.initializes);
  });
}

/** Changes the config entry of the host that runs: its tools that act go, or come back. */
async function setReadOnly(readOnly) {
  const program = process.env.HEARTH_PROGRAM;
  const [{ id }] = JSON.parse((await run(program, ['entry', 'list', '--json'])).stdout);
  await run(program, ['entry', 'set', id, '--read-only', String(readOnly)]);
}

/** Cuts every connection to the server, or only asks what has been seen until now. */
async function proxy(control, command) {
  return (await fetch(`${control}/${command}`)).json();
}
