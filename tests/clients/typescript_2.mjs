// The TypeScript SDK 2.x over HTTP+SSE: as it comes, and in the mode that asks `server/discover` first.

import { Client, SSEClientTransport } from '@modelcontextprotocol/client';
import { Checks, cancels, hold, reconnects, surroundings } from './conversation.mjs';
import { proxyTo } from './proxy.mjs';
import { said } from './said.mjs';

const { url, token, house } = surroundings();
const checks = new Checks('TypeScript SDK 2.4');
const proxy = await proxyTo(url);
const transport = () =>
  new SSEClientTransport(new URL(proxy.url), { requestInit: { headers: { Authorization: `Bearer ${token}` } } });
const information = { name: 'hearth-typescript-2', version: '1' };

const client = new Client(information);
await checks.check('initializes', async () => {
  await client.connect(transport());
  if (client.getServerVersion().name !== house.server) throw new Error(JSON.stringify(client.getServerVersion()));
});
// A client that never connected would try for ever.
if (checks.failed) checks.end();
await hold(checks, said(client), house);
await cancels(checks, said(client), house, (name, args, signal) => client.callTool({ name, arguments: args }, { signal }));
await reconnects(checks, said(client), house, proxy);
await client.close();

await checks.check('connects in mode auto', async () => {
  const prober = new Client(information, { versionNegotiation: { mode: 'auto' } });
  const begin = performance.now();
  await prober.connect(transport());
  const taken = performance.now() - begin;
  if (taken > 2000) throw new Error(`connecting took ${taken.toFixed(0)} ms`);
  await said(prober).call('llm__GetDateTime', {});
  await prober.close();
});
proxy.close();
checks.end();
