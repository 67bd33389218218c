// The TypeScript SDK 2.x: in the handshake (as it comes), asking `server/discover` first, and pinned to 2026-07-28.

import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { tryAll } from './abilities.mjs';
import { Checks, stdio, surroundings } from './checks.mjs';
import { hold } from './conversation.mjs';
import { evening } from './evening.mjs';
import { CAPABILITIES, filledIn, said, sampled } from './said.mjs';

const around = surroundings();
const checks = new Checks(`TypeScript SDK 2.4, ${around.transport}, ${around.mode}`);
const Transport = around.transport === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
const joined = (url) => (around.transport === 'stdio'
  ? new StdioClientTransport(stdio(around, url))
  : new Transport(new URL(url), { requestInit: { headers: around.headers } }));
const modes = { legacy: {}, auto: { mode: 'auto' }, pinned: { mode: { pin: '2026-07-28' } } };

async function opened(url) {
  const transport = joined(url);
  const information = { name: 'hearth-typescript-2', version: '1' };
  const client = new Client(information, { versionNegotiation: modes[around.mode], capabilities: CAPABILITIES });
  client.setRequestHandler('elicitation/create', filledIn);
  client.setRequestHandler('sampling/createMessage', sampled);
  await client.connect(transport);
  const stateless = client.getNegotiatedProtocolVersion() > '2026';
  const speaker = said(
    client,
    (call, options) => client.callTool(call, options),
    async (changed) => {
      client.setNotificationHandler('notifications/tools/list_changed', changed);
      const subscription = stateless ? await client.listen({ toolsListChanged: true }) : undefined;
      return () => subscription?.close();
    },
  );
  const close = async () => {
    if (around.transport === 'http' && !stateless) await transport.terminateSession();
    await client.close();
  };
  return { ...speaker, client, close };
}

let speaker;
await checks.check('connects', async () => {
  const begin = performance.now();
  speaker = await opened(around.url);
  const taken = performance.now() - begin;
  // A client that waits for an answer to its probe gives up after sixty seconds.
  if (taken > 8000) throw new Error(`connecting took ${taken.toFixed(0)} ms`);
  const name = speaker.client.getServerVersion()?.name;
  if (name !== around.house.server) throw new Error(name);
  checks.shown.connects = speaker.client.getNegotiatedProtocolVersion();
  if (around.version && checks.shown.connects !== around.version) throw new Error(checks.shown.connects);
}, 'connects');
// A client that never connected would try for ever.
if (checks.failed) checks.end();
await hold(checks, speaker, around.house);
if (around.house.evening) await evening(checks, speaker, around.house);
await tryAll(checks, speaker, around, opened);
await speaker.close();
checks.end();
