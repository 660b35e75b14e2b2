// The tests' foundation: clients of the real server, and tokens that end when the test says so.
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, conversationsIn } from '@aparte/client';
import WebSocket from 'ws';
import { patience } from '../../../test/patience.mjs';

export { startCutter } from '../../../test/cutproxy.mjs';

const waitMs = patience(30_000);

/** Resolves with what `find` gives of the client's state, once it gives something. */
export function until(client, find) {
  return new Promise((resolve, reject) => {
    let end;
    const timer = setTimeout(() => {
      end();
      const { status, cursor, outgoing, unread } = client.state();
      reject(new Error(`not within ${waitMs} ms: ${find}\n${JSON.stringify({ status, cursor, outgoing, unread })}`));
    }, waitMs);
    const look = () => {
      const found = find(client.state());
      if (!found) return;
      clearTimeout(timer);
      end();
      resolve(found);
    };
    end = client.subscribe(look);
    look();
  });
}

/** A client of one of the demo's people, live. */
export async function open(t, server, handle, options = {}) {
  const person = (await server.people()).find((p) => p.handle === handle);
  const client = connect({ url: `${server.url}/graphql`, token: () => person.token, webSocket: WebSocket, ...options });
  t.after(() => client.close());
  await until(client, (s) => s.status === 'live');
  return client;
}

export function conversationOf(client, handle) {
  return conversationsIn(client.state(), 'INBOX').find((c) => c.with.handle === handle);
}

/** Signs tokens as the host app would, good for as many seconds as asked for. */
export async function signer(server, handle) {
  const secret = (await readFile(join(server.dataDir, 'jwt-secret'), 'utf8')).trimEnd();
  const { me } = await server.ask(handle, '{ me { externalId } }');
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return (seconds) => {
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: me.externalId, exp: Date.now() / 1000 + seconds })}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
}

/** All messages of a conversation as the server has them, oldest first. */
export async function written(server, handle, conversationId) {
  const all = [];
  for (let beforeSeq = null; ; ) {
    const { conversation } = await server.ask(
      handle,
      'query($id: ID!, $b: Int) { conversation(id: $id) { messages(first: 100, beforeSeq: $b) { nodes { seq body clientMessageId } pageInfo { hasNextPage } } } }',
      { id: conversationId, b: beforeSeq },
    );
    const { nodes, pageInfo } = conversation.messages;
    all.unshift(...nodes.toReversed());
    if (!pageInfo.hasNextPage) return all;
    beforeSeq = nodes.at(-1).seq;
  }
}
