// A bridge: a program through which clients that only know stdio reach a server. It is driven over its stdio by an SDK
// client, as Claude Desktop does. Which program, and how it is told to connect, comes from the runner.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { tryAll } from './abilities.mjs';
import { Checks, surroundings } from './checks.mjs';
import { hold } from './conversation.mjs';
import { said } from './said.mjs';

const around = surroundings();
const [name, ...words] = JSON.parse(process.env.HEARTH_BRIDGE);
const [command, ...args] = words.map((word) => word.replace('{url}', around.url));
const checks = new Checks([name, around.transport, around.mode].filter(Boolean).join(', '));
const client = new Client({ name: 'hearth-bridged', version: '1' });
await checks.check('connects', async () => {
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
  if (client.getServerVersion().name !== around.house.server) throw new Error(JSON.stringify(client.getServerVersion()));
  // The handshake that this client sees may be the bridge's own.
  const seen = around.control ? await (await fetch(`${around.control}/seen`)).json() : { initializes: 1 };
  checks.shown.connects = seen.initializes ? '2025-11-25' : '2026-07-28';
  if (around.version && checks.shown.connects !== around.version) throw new Error(`it agreed on ${checks.shown.connects}`);
}, 'connects');
if (!checks.shown.connects) checks.end();
const speaker = said(
  client,
  (call, options) => client.callTool(call, undefined, options),
  async (changed) => {
    client.setNotificationHandler(ToolListChangedNotificationSchema, changed);
    return () => client.removeNotificationHandler('notifications/tools/list_changed');
  },
);
// A bridge is a client of its own: it may well initialize again where an SDK does not.
speaker.initializesAgain = true;
await hold(checks, speaker, around.house);
await tryAll(checks, speaker, around);
await client.close();
checks.end();
