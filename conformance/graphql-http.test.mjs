import assert from 'node:assert/strict';
import test from 'node:test';
import { serverAudits } from 'graphql-http';
import { startServer } from './server.mjs';

// All that the GraphQL-over-HTTP working group audits: what a server MUST, SHOULD and MAY do.
test('GraphQL over HTTP', async (t) => {
  const server = await startServer(t, '--introspection');
  // The audits know nothing of tokens. Their requests are sent with the token of a user.
  const fetchFn = (address, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', server.headers('auditor').authorization);
    return fetch(address, { ...init, headers });
  };
  const audits = serverAudits({ url: server.url, fetchFn });
  assert.equal(audits.length, 61, 'audits of the pinned version of graphql-http');
  assert.equal(new Set(audits.map((audit) => audit.id)).size, 61);
  for (const audit of audits) {
    await t.test(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      assert.equal(result.status, 'ok', result.reason);
    });
  }
});
