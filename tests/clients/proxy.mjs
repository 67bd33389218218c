// A TCP proxy that can cut every connection through it, and tells when a new stream has said its endpoint.

import net from 'node:net';

/** Listens on a free loopback port before the server that `url` names. */
export async function proxyTo(url) {
  const { hostname, port } = new URL(url);
  const sockets = new Set();
  let waiting = [];
  let initialized = false;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      if (data.includes('"initialize"')) initialized = true;
      upstream.write(data);
    });
    let tail = '';
    upstream.on('data', (data) => {
      client.write(data);
      // The name may be cut between two reads: a few characters of the last one are kept.
      tail = tail.slice(-20) + data.toString('latin1');
      if (/event: ?endpoint/.test(tail)) {
        tail = '';
        for (const resolve of waiting.splice(0)) setImmediate(resolve);
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(url);
  through.port = server.address().port;
  return {
    url: through.href,
    /** Destroys every connection, as a network that went away does. */
    cut() {
      initialized = false;
      for (const socket of sockets) socket.destroy();
    },
    /** Resolves when the next stream through it has begun. */
    nextStream: () => new Promise((resolve) => waiting.push(resolve)),
    sawInitializeSinceCut: () => initialized,
    close() {
      this.cut();
      server.close();
    },
  };
}
