// The TypeScript SDK 1.x over HTTP+SSE, as a program of its users would use it.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { Checks, cancels, hold, reconnects, surroundings } from './conversation.mjs';
import { proxyTo } from './proxy.mjs';
import { said } from './said.mjs';

const { url, token, house } = surroundings();
const checks = new Checks('TypeScript SDK 1.32');
const proxy = await proxyTo(url);
const headers = { Authorization: `Bearer ${token}` };
const client = new Client({ name: 'hearth-typescript-1', version: '1' });
await checks.check('initializes', async () => {
  await client.connect(new SSEClientTransport(new URL(proxy.url), { requestInit: { headers } }));
  if (client.getServerVersion().name !== house.server) throw new Error(JSON.stringify(client.getServerVersion()));
});
// A client that never connected would try for ever.
if (checks.failed) checks.end();
await hold(checks, said(client), house);
await cancels(checks, said(client), house, (name, args, signal) => client.callTool({ name, arguments: args }, undefined, { signal }));
await reconnects(checks, said(client), house, proxy);
await client.close();
proxy.close();
checks.end();
