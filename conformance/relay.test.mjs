import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { promisify } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);

/** Runs the Relay compiler on documents and returns its artifacts and its output. */
async function compile(t, documents) {
  const dir = await mkdtemp(join(tmpdir(), 'aparte-relay-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, 'src'));
  await copyFile(here('../schema.graphqls'), join(dir, 'schema.graphql'));
  await writeFile(join(dir, 'src', 'App.ts'), documents.map((text) => `graphql\`${text}\`;`).join('\n'));
  const config = { src: './src', schema: './schema.graphql', language: 'typescript', artifactDirectory: './src/__generated__' };
  await writeFile(join(dir, 'relay.config.json'), JSON.stringify(config));
  await mkdir(join(dir, 'src', '__generated__'));
  const { failed, output } = await run(process.execPath, [here('node_modules/relay-compiler/cli.js'), 'relay.config.json'], { cwd: dir }).then(
    ({ stdout, stderr }) => ({ failed: false, output: stdout + stderr }),
    ({ stdout, stderr }) => ({ failed: true, output: stdout + stderr }),
  );
  const artifacts = (await readdir(join(dir, 'src', '__generated__'))).map((name) => name.split('.')[0]).sort();
  return { failed, output, artifacts };
}

const pages = [
  ['inbox(folder: INBOX, ', 'id folder lastMessage { body withheld }'],
  ['blockedUsers(', 'id handle'],
  ['contactCodes(', 'id label'],
  ['myReports(', 'id category'],
  ['myNotices(', 'id action'],
  ['settingsHistory(', 'id at device'],
];

test('the Relay compiler takes connections, refetchable fragments and nodes to append', async (t) => {
  const documents = pages.map(([field, node]) => {
    const name = field.split('(')[0];
    return `fragment App_${name} on Query @refetchable(queryName: "App${name}Query")
      @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
      ${field}first: $first, after: $after) @connection(key: "App_${name}") { edges { node { ${node} } } }
    }`;
  });
  documents.push(
    `fragment App_thread on DirectConversation @refetchable(queryName: "AppthreadQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
      with { id handle }
      messages(first: $first, after: $after) @connection(key: "App_messages") { edges { node { id seq body } } }
    }`,
    `mutation AppSendMutation($input: SendMessageInput!, $connections: [ID!]!) {
      sendMessage(input: $input) {
        ... on SendMessageSuccess { message @appendNode(connections: $connections, edgeTypeName: "MessageEdge") { id seq body } }
        ... on UserError { code detail }
      }
    }`,
    `subscription AppEventsSubscription($after: Cursor) {
      inboxEvents(after: $after) { __typename cursor unread { id messages } ... on MessageAdded { conversation { id folder } } }
    }`,
  );
  const { failed, output, artifacts } = await compile(t, documents);
  assert.ok(!failed, output);
  const named = pages.flatMap(([field]) => [`App${field.split('(')[0]}Query`, `App_${field.split('(')[0]}`]);
  const others = ['App_thread', 'AppthreadQuery', 'AppSendMutation', 'AppEventsSubscription'];
  assert.deepEqual(artifacts, [...named, ...others].sort());
});

test('the Relay compiler sees a list that is no connection', async (t) => {
  const { failed, output } = await compile(t, [
    `query AppQuery { hiddenWordSamples @connection(key: "App_hiddenWordSamples") { edges { node { language } } } }`,
  ]);
  assert.ok(failed, output);
});
