// `mcp-remote`, the bridge through which clients that only know stdio reach a server. It is driven over its stdio by an
// SDK client, as Claude Desktop does, both as it comes (HTTP first, which must fall back) and told to use SSE.

import { createRequire } from 'node:module';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { Checks, hold, surroundings } from './conversation.mjs';
import { said } from './said.mjs';

const { url, token, house } = surroundings();
const checks = new Checks('mcp-remote 0.15');
const home = path.dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json'));

async function bridge(options) {
  const client = new Client({ name: 'hearth-mcp-remote', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      // The header comes from the environment, as in the README: so it is in no process list.
      args: [path.join(home, 'dist/proxy.js'), url, '--header', 'Authorization:${HEARTH_AUTHORIZATION}', ...options],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        MCP_REMOTE_CONFIG_DIR: process.env.MCP_REMOTE_CONFIG_DIR,
        HEARTH_AUTHORIZATION: `Bearer ${token}`,
      },
      stderr: process.env.HEARTH_VERBOSE ? 'inherit' : 'ignore',
    }),
  );
  return client;
}

let client;
await checks.check('connects as it comes, and falls back to SSE', async () => {
  client = await bridge([]);
  if (client.getServerVersion().name !== house.server) throw new Error(JSON.stringify(client.getServerVersion()));
});
if (client) {
  await hold(checks, said(client), house);
  await client.close();
}
await checks.check('connects over SSE alone', async () => {
  const direct = await bridge(['--transport', 'sse-only']);
  const { text, failed } = await said(direct).call('llm__GetDateTime', {});
  if (failed) throw new Error(text);
  await direct.close();
});
checks.end();
