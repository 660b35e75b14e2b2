import { once } from 'node:events';
import { connect as dial, createServer } from 'node:net';

/**
 * A proxy to the server. `cut` ends every connection at once; while `closed`, new ones are ended as
 * well. `stall` leaves those that there are open and passes nothing on, as a network that is gone
 * without a word.
 */
export async function startCutter(t, server) {
  const connections = new Set();
  const cutter = {
    closed: false,
    opened: 0,
    cut() {
      for (const socket of connections) socket.destroy();
    },
    stall() {
      for (const socket of connections) socket.unpipe().pause();
    },
  };
  const listener = createServer((client) => {
    if (cutter.closed) return client.destroy();
    cutter.opened++;
    const upstream = dial(server.port, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      connections.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        connections.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => {
    cutter.closed = true;
    cutter.cut();
    listener.close();
  });
  cutter.port = listener.address().port;
  cutter.url = `http://127.0.0.1:${cutter.port}`;
  return cutter;
}
