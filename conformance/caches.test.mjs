import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, introspectionFromSchema, isObjectType, parse } from 'graphql';
import { startServer } from './server.mjs';

const schema = buildSchema(await readFile(new URL('../schema.graphqls', import.meta.url), 'utf8'));
const introspection = introspectionFromSchema(schema);
const possibleTypes = Object.fromEntries(
  introspection.__schema.types
    .filter(({ possibleTypes }) => possibleTypes)
    .map(({ name, possibleTypes }) => [name, possibleTypes.map((type) => type.name)]),
);

/** Each normalizing cache, as its documentation sets it up, with nothing said about the types. */
const caches = {
  'Apollo Client'(server, name) {
    const client = new ApolloClient({
      link: new HttpLink({ uri: server.url, headers: server.headers(name) }),
      cache: new InMemoryCache({ possibleTypes }),
    });
    return {
      read: async (query, variables) => (await client.query({ query: parse(query), variables, fetchPolicy: 'network-only' })).data,
      cached: async (query, variables) => client.readQuery({ query: parse(query), variables }),
      change: async (mutation, variables) => (await client.mutate({ mutation: parse(mutation), variables })).data,
    };
  },
  'urql graphcache'(server, name) {
    const client = new Client({
      url: server.url,
      preferGetMethod: false,
      fetchOptions: { headers: server.headers(name) },
      exchanges: [cacheExchange({ schema: introspection, keys, logger }), fetchExchange],
    });
    const of = async (result) => {
      const { data, error } = await result;
      assert.equal(error, undefined, String(error));
      return data;
    };
    return {
      read: (query, variables) => of(client.query(query, variables, { requestPolicy: 'network-only' }).toPromise()),
      cached: (query, variables) => of(client.query(query, variables, { requestPolicy: 'cache-only' }).toPromise()),
      change: (mutation, variables) => of(client.mutation(mutation, variables).toPromise()),
    };
  },
};

const logger = (severity, message) => assert.fail(`graphcache: ${severity}: ${message}`);

// Types without an id are parts of what holds them. graphcache has to be told so.
const keys = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !type.getFields().id)
    .map(({ name }) => [name, () => null]),
);

const thread = `query Thread($id: ID!) { conversation(id: $id) { __typename id folder messages(first: 10) {
  nodes { __typename id body }
} } }`;
const list = `query List { inbox(folder: REQUESTS) { nodes { __typename id folder lastMessage { body withheld } } } }`;
const unread = `query Unread { unread { __typename id conversations requests messages } }`;
const settings = `query Settings { messagingSettings { __typename id readReceipts whoCanMessageMe } }`;
const accept = `mutation Accept($id: ID!) { acceptRequest(conversationId: $id) { __typename ... on ConversationSuccess {
  conversation { __typename id folder } unread { __typename id conversations requests messages }
} } }`;
const receipts = `mutation Receipts { setReadReceipts(on: false) { __typename ... on SettingsSuccess {
  settings { __typename id readReceipts }
} } }`;

for (const [name, make] of Object.entries(caches)) {
  test(`${name} keeps the text of an open request and takes counts and settings from payloads`, async (t) => {
    const server = await startServer(t);
    await server.open('bob');
    await server.send('alice', 'bob', 'the text of a request');
    const bob = make(server, 'bob');

    const id = (await bob.read(list)).inbox.nodes[0].id;
    const opened = (await bob.read(thread, { id })).conversation.messages.nodes;
    assert.deepEqual(opened.map((message) => message.body), ['the text of a request']);

    const [listed] = (await bob.read(list)).inbox.nodes;
    assert.deepEqual([listed.lastMessage.body, listed.lastMessage.withheld], ['', true]);
    const kept = (await bob.cached(thread, { id })).conversation;
    assert.deepEqual(kept.messages.nodes.map((message) => message.body), ['the text of a request']);

    const before = (await bob.read(unread)).unread;
    assert.deepEqual([before.conversations, before.requests], [0, 1]);
    await bob.change(accept, { id });
    const after = (await bob.cached(unread)).unread;
    assert.equal(after.requests, 0, 'the payload of the mutation updates the counts');
    assert.equal((await bob.cached(thread, { id })).conversation.folder, 'INBOX');

    assert.equal((await bob.read(settings)).messagingSettings.readReceipts, true);
    await bob.change(receipts);
    assert.equal((await bob.cached(settings)).messagingSettings.readReceipts, false);
  });
}
