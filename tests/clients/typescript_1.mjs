// The TypeScript SDK 1.x, as a program of its users would use it. It knows the handshake versions alone.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { tryAll } from './abilities.mjs';
import { Checks, stdio, surroundings } from './checks.mjs';
import { hold } from './conversation.mjs';
import { evening } from './evening.mjs';
import { CAPABILITIES, filledIn, said, sampled } from './said.mjs';

const around = surroundings();
const checks = new Checks(`TypeScript SDK 1.32, ${around.transport}`);
const Transport = around.transport === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
const joined = (url) => (around.transport === 'stdio'
  ? new StdioClientTransport(stdio(around, url))
  : new Transport(new URL(url), { requestInit: { headers: around.headers } }));

async function opened(url) {
  const transport = joined(url);
  const client = new Client({ name: 'hearth-typescript-1', version: '1' }, { capabilities: CAPABILITIES });
  client.setRequestHandler(ElicitRequestSchema, filledIn);
  client.setRequestHandler(CreateMessageRequestSchema, sampled);
  await client.connect(transport);
  const speaker = said(
    client,
    (call, options) => client.callTool(call, undefined, options),
    async (changed) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, changed);
      return () => client.removeNotificationHandler('notifications/tools/list_changed');
    },
  );
  const close = async () => {
    if (around.transport === 'http') await transport.terminateSession();
    await client.close();
  };
  return { ...speaker, client, transport, close };
}

let speaker;
await checks.check('connects', async () => {
  speaker = await opened(around.url);
  const { name } = speaker.client.getServerVersion();
  if (name !== around.house.server) throw new Error(name);
  // The transports name it differently, and that over stdio keeps it to itself.
  checks.shown.connects =
    speaker.transport.protocolVersion ?? speaker.transport._protocolVersion ?? around.version;
  if (around.version && checks.shown.connects !== around.version) throw new Error(checks.shown.connects);
}, 'connects');
// A client that never connected would try for ever.
if (checks.failed) checks.end();
await hold(checks, speaker, around.house);
if (around.house.evening) await evening(checks, speaker, around.house);
await tryAll(checks, speaker, around, opened);
await speaker.close();
checks.end();
