// The TypeScript SDK 1.x, as a program of its users would use it. It knows the handshake versions alone.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { tryAll } from './abilities.mjs';
import { Checks, surroundings } from './checks.mjs';
import { hold } from './conversation.mjs';
import { said } from './said.mjs';

const around = surroundings();
const checks = new Checks(`TypeScript SDK 1.32, ${around.transport}`);
const Transport = around.transport === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
const transport = new Transport(new URL(around.url), { requestInit: { headers: around.headers } });
const client = new Client({ name: 'hearth-typescript-1', version: '1' });
await checks.check('connects', async () => {
  await client.connect(transport);
  if (client.getServerVersion().name !== around.house.server) throw new Error(JSON.stringify(client.getServerVersion()));
  // The transports name it differently.
  checks.shown.connects = transport.protocolVersion ?? transport._protocolVersion;
  if (around.version && checks.shown.connects !== around.version) throw new Error(checks.shown.connects);
}, 'connects');
// A client that never connected would try for ever.
if (checks.failed) checks.end();
const speaker = said(
  client,
  (call, options) => client.callTool(call, undefined, options),
  async (changed) => {
    client.setNotificationHandler(ToolListChangedNotificationSchema, changed);
    return () => client.removeNotificationHandler('notifications/tools/list_changed');
  },
);
await hold(checks, speaker, around.house);
await tryAll(checks, speaker, around);
if (around.transport === 'http') await transport.terminateSession();
await client.close();
checks.end();
