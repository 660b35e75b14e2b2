import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';
import { startServer } from './server.mjs';
import { newcomers } from './fixtures.mjs';

const explanation = 'relations rule route kinds key parameters { name value } sentence';

test('the explanation for a relation is the explanation for a person of that relation', async (t) => {
  const { examples } = await load(t, '/src/app/settings/preview.ts');
  const server = await startServer(t);
  // To bob, each is just that: none has written to him, and none is suggested.
  const people = { FRIEND: 'chloe', FOLLOWER: 'hugo', STRANGER: 'farid' };
  assert.deepEqual(Object.keys(people), [...examples]);
  const { whoCouldMessageMe } = await server.ask('bob', '{ whoCouldMessageMe { audience } }');
  const choices = whoCouldMessageMe.map(({ audience }) => ({ audience }));
  assert.equal(choices.length, 6);
  // A grid whose most welcoming route is not that of the closest relation.
  choices.push({
    audience: 'CUSTOM',
    routes: [
      { relation: 'FRIEND', route: 'HIDDEN' },
      { relation: 'FOLLOWED', route: 'REFUSE' },
      { relation: 'FOLLOWER', route: 'REQUESTS' },
      { relation: 'STRANGER', route: 'HIDDEN' },
    ],
  });
  const kinds = [
    { relation: 'FOLLOWER', kinds: ['TEXT'] },
    { relation: 'FRIEND', kinds: ['TEXT', 'LINK'] },
  ];
  await server.ask('bob', 'mutation($kinds: [RelationKindsInput!]!) { setAcceptedKinds(kinds: $kinds) { __typename } }', { kinds });
  for (const input of choices) {
    await server.ask('bob', 'mutation($input: SetWhoCanMessageMeInput!) { setWhoCanMessageMe(input: $input) { __typename } }', { input });
    for (const relation of examples) {
      const { explainRelation, explainWhoCanMessageMe } = await server.ask(
        'bob',
        `query($relation: Relation!, $id: ID!) {
          explainRelation(relation: $relation) { ${explanation} }
          explainWhoCanMessageMe(userId: $id) { ${explanation} }
        }`,
        { relation, id: await server.idOf(people[relation]) },
      );
      assert.deepEqual(explainRelation, explainWhoCanMessageMe, `${input.audience}, ${relation}`);
    }
  }
});

test('an explanation is said in words of the client, and in the server’s where it has none', async (t) => {
  const { explanationText } = await load(t, '/src/app/settings/explanationText.ts');
  const locale = { t: (key, values) => (values ? `${key} ${JSON.stringify(values)}` : key) };
  const times = { full: (iso) => `at ${iso}` };
  const say = (key, parameters = {}) =>
    explanationText(locale, times, {
      key,
      parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
      sentence: 'In English.',
    });
  assert.equal(say('explain.block'), 'explain.block {}');
  assert.equal(say('explain.decline', { until: 'T' }), 'explain.decline {"until":"at T"}');
  assert.equal(say('explain.requestFull', { limit: '3' }), 'explain.requestFull {"limit":3}');
  const audience = 'explain.audience.inbox';
  assert.equal(
    say(audience, { relation: 'FRIEND', audience: 'FRIENDS' }),
    `${audience} {"relation":"relationTo.FRIEND","audience":"audience.FRIENDS"}`,
  );
  assert.match(
    say(audience, { relation: 'SUGGESTED', audience: 'EVERYONE', sharedFriends: '3' }),
    /"relation":"explain\.shared \{\\"count\\":3\}"/,
  );
  // These come from a server that is newer than this client.
  assert.equal(say('explain.moon'), 'In English.');
  assert.equal(say(audience, { relation: 'COUSIN', audience: 'FRIENDS' }), 'In English.');
  assert.equal(say(audience, { relation: 'FRIEND', audience: 'VILLAGE' }), 'In English.');
  assert.equal(say('explain.block', { because: 'so' }), 'In English.');
});

test('an explanation names the kinds that the sender is told', async (t) => {
  const server = await startServer(t);
  await server.ask(
    'alice',
    'mutation($kinds: [RelationKindsInput!]!) { setAcceptedKinds(kinds: $kinds) { __typename } }',
    { kinds: [{ relation: 'FOLLOWER', kinds: ['TEXT'] }, { relation: 'FRIEND', kinds: ['TEXT', 'LINK'] }, { relation: 'KNOWN', kinds: ['VIDEO'] }] },
  );
  const id = await server.idOf('alice');
  for (const handle of ['bob', 'hugo', 'gina', 'david', 'farid']) {
    const { user } = await server.ask(handle, 'query($id: ID!) { user(by: {id: $id}) { viewerCanMessage { kinds } } }', { id });
    const { explainWhoCanMessageMe: explained } = await server.ask(
      'alice',
      'query($id: ID!) { explainWhoCanMessageMe(userId: $id) { kinds } }',
      { id: await server.idOf(handle) },
    );
    assert.deepEqual(explained.kinds, user.viewerCanMessage.kinds, handle);
  }
});

test('a hidden word is found in every variant that the screen shows', async (t) => {
  const { variants, findable } = await load(t, '/src/app/settings/wordVariants.ts');
  const server = await startServer(t, undefined, '--surge-floor', '0');
  const add = (words) =>
    server.ask('alice', 'mutation($words: [String!]!) { addHiddenWords(words: $words) { __typename } }', { words });
  for (const word of ['idiot', 'Élève', 'oasis']) {
    assert.ok(variants(word).length >= 3, word);
    assert.equal((await add([word])).addHiddenWords.__typename, 'HiddenWordsSuccess');
  }
  const texts = ['idiot', 'Élève', 'oasis'].flatMap((word) => [word, ...variants(word)]);
  await newcomers(server, texts.length, 'alice', (i) => `You ${texts[i]} over there`);
  await newcomers(server, 1, 'alice', () => 'Nothing of the kind.');
  const { hidden, requests } = await server.ask(
    'alice',
    '{ hidden: inbox(folder: HIDDEN, first: 100) { nodes { messages { nodes { body } } } } requests: inbox(folder: REQUESTS, first: 100) { nodes { messages { nodes { body } } } } }',
  );
  const bodies = ({ nodes }) => nodes.flatMap((c) => c.messages.nodes.map((m) => m.body));
  assert.deepEqual(bodies(hidden).sort(), texts.map((text) => `You ${text} over there`).sort());
  assert.ok(bodies(requests).includes('Nothing of the kind.'));

  for (const entry of ['a', '7', '🍆', '☂️', 'crypto tip', '痴漢']) {
    assert.ok(findable(entry), entry);
    assert.equal((await add([entry])).addHiddenWords.__typename, 'HiddenWordsSuccess', entry);
  }
  for (const entry of ['?!', '...', '—']) {
    assert.ok(!findable(entry), entry);
    assert.equal((await add([entry])).addHiddenWords.__typename, 'InvalidInput', entry);
  }
});
