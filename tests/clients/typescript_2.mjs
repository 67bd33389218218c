// The TypeScript SDK 2.x: in the handshake (as it comes), asking `server/discover` first, and pinned to 2026-07-28.

import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { tryAll } from './abilities.mjs';
import { Checks, surroundings } from './checks.mjs';
import { hold } from './conversation.mjs';
import { said } from './said.mjs';

const around = surroundings();
const checks = new Checks(`TypeScript SDK 2.4, ${around.transport}, ${around.mode}`);
const Transport = around.transport === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
const transport = new Transport(new URL(around.url), { requestInit: { headers: around.headers } });
const modes = { legacy: {}, auto: { mode: 'auto' }, pinned: { mode: { pin: '2026-07-28' } } };
const client = new Client(
  { name: 'hearth-typescript-2', version: '1' },
  { versionNegotiation: modes[around.mode] },
);
await checks.check('connects', async () => {
  const begin = performance.now();
  await client.connect(transport);
  const taken = performance.now() - begin;
  // A client that waits for an answer to its probe gives up after sixty seconds.
  if (taken > 8000) throw new Error(`connecting took ${taken.toFixed(0)} ms`);
  if (client.getServerVersion()?.name !== around.house.server) throw new Error(JSON.stringify(client.getServerVersion()));
  checks.shown.connects = client.getNegotiatedProtocolVersion();
  if (around.version && checks.shown.connects !== around.version) throw new Error(checks.shown.connects);
}, 'connects');
// A client that never connected would try for ever.
if (checks.failed) checks.end();
const speaker = said(
  client,
  (call, options) => client.callTool(call, options),
  async (changed) => {
    client.setNotificationHandler('notifications/tools/list_changed', changed);
    const subscription = checks.shown.connects < '2026' ? undefined : await client.listen({ toolsListChanged: true });
    return () => subscription?.close();
  },
);
await hold(checks, speaker, around.house);
await tryAll(checks, speaker, around);
if (around.transport === 'http' && checks.shown.connects < '2026') await transport.terminateSession();
await client.close();
checks.end();
