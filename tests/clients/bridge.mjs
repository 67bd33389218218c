// A bridge: a program through which clients that only know stdio reach a server. It is driven over its stdio by an SDK
// client, as Claude Desktop does. Which program, and how it is told to connect, comes from the runner.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { tryAll } from './abilities.mjs';
import { Checks, surroundings } from './checks.mjs';
import { hold } from './conversation.mjs';
import { CAPABILITIES, filledIn, said, sampled } from './said.mjs';

const around = surroundings();
const [name, ...words] = JSON.parse(process.env.HEARTH_BRIDGE);
const checks = new Checks([name, around.transport, around.mode].filter(Boolean).join(', '));

async function opened(url) {
  const [command, ...args] = words.map((word) => word.replace('{url}', url));
  const client = new Client({ name: 'hearth-bridged', version: '1' }, { capabilities: CAPABILITIES });
  client.setRequestHandler(ElicitRequestSchema, filledIn);
  client.setRequestHandler(CreateMessageRequestSchema, sampled);
  await client.connect(
    new StdioClientTransport({
      command,
      args,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        MCP_REMOTE_CONFIG_DIR: process.env.MCP_REMOTE_CONFIG_DIR,
        HEARTH_AUTHORIZATION: around.headers.Authorization,
        API_ACCESS_TOKEN: around.token,
      },
      stderr: process.env.HEARTH_VERBOSE ? 'inherit' : 'ignore',
    }),
  );
  const speaker = said(
    client,
    (call, options) => client.callTool(call, undefined, options),
    async (changed) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, changed);
      return () => client.removeNotificationHandler('notifications/tools/list_changed');
    },
  );
  // A bridge is a client of its own: it may well initialize again where an SDK does not.
  return { ...speaker, client, initializesAgain: true, close: () => client.close() };
}

let speaker;
await checks.check('connects', async () => {
  speaker = await opened(around.url);
  if (speaker.client.getServerVersion().name !== around.house.server) throw new Error('it is another server');
  // The handshake that this client sees may be the bridge's own. What it really speaks, a request shows.
  await speaker.tools();
  const seen = await (await fetch(`${around.control}/seen`)).json();
  checks.shown.connects = seen.envelopes > seen.discovers ? '2026-07-28' : '2025-11-25';
  if (around.version && checks.shown.connects !== around.version) throw new Error(`it agreed on ${checks.shown.connects}`);
}, 'connects');
if (!checks.shown.connects) checks.end();
await hold(checks, speaker, around.house);
await tryAll(checks, speaker, around, opened);
await speaker.close();
checks.end();
