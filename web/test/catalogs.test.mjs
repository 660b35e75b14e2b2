import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';

const src = new URL('../src/', import.meta.url);
const catalog = async (language) => JSON.parse(await readFile(new URL(`i18n/${language}.json`, src), 'utf8'));

/** The names of the values that a message takes, and the forms of its plurals. */
function shape(message) {
  const names = new Set();
  const walk = (parts) => {
    for (const part of parts) {
      if (typeof part === 'string') continue;
      const [name, , forms] = part;
      names.add(name);
      if (forms && typeof forms === 'object') {
        assert.ok('other' in forms, `${message}: a plural without its other form`);
        for (const form of Object.values(forms)) if (Array.isArray(form)) walk(form);
      }
    }
  };
  walk(compileMessageOrThrow(message));
  return [...names].sort();
}

test('French says everything that English says, with the same values', async () => {
  const [en, fr] = await Promise.all([catalog('en'), catalog('fr')]);
  assert.deepEqual(Object.keys(fr), Object.keys(en));
  for (const [key, message] of Object.entries(en)) {
    assert.ok(fr[key].trim(), key);
    assert.deepEqual(shape(fr[key]), shape(message), key);
  }
});

/** The text of a message as it is read: the branches of plurals follow each other. */
function texts(message) {
  const text = (parts) =>
    parts.map((part) => {
      if (typeof part === 'string') return part;
      const forms = Object.values(part[2] ?? {}).filter(Array.isArray);
      return forms.length > 0 ? forms.map((form) => text(form).join('')).join('\n') : '…';
    });
  return text([compileMessageOrThrow(message)].flat()).join('');
}

/**
 * Wrong spaces at the punctuation of a French text: narrow ones before ; ? ! and wide ones before :
 * and in « ».
 */
const wrongSpaces = (text) => text.match(/.?(?<!\u202f)[;?!]|.?(?<!\u00a0):|«(?!\u00a0).?|.?(?<!\u00a0)»/gu) ?? [];

test('French has non-breaking spaces at its punctuation', async () => {
  assert.deepEqual(wrongSpaces('Quoi\u202f? «\u00a0Oui\u00a0»\u00a0: non\u202f!'), []);
  assert.equal(wrongSpaces('Quoi ? «Oui» : non!').length, 5);
  const found = Object.entries(await catalog('fr')).flatMap(([key, message]) => wrongSpaces(texts(message)).map((at) => `${key}: ${at}`));
  assert.deepEqual(found, []);
  // The plurals are looked at too.
  assert.match(texts((await catalog('fr'))['permission.requestLeft']), /\n/);
});

test('every sentence is used, and none stands in the code', async () => {
  const en = await catalog('en');
  const files = (await readdir(src, { recursive: true })).filter((name) => /^(app|demo)\/.*\.tsx?$/.test(name));
  const code = (await Promise.all(files.map((name) => readFile(new URL(name, src), 'utf8')))).join('\n');
  // A key made of parts is used when its beginning is: `folder.${folder}`.
  const made = [...code.matchAll(/`([a-zA-Z.]+\.)\$\{/g)].map((m) => m[1]);
  for (const key of Object.keys(en)) {
    assert.ok(code.includes(`'${key}'`) || made.some((prefix) => key.startsWith(prefix)), `${key} is never said`);
  }
  const untranslated = [...code.matchAll(/(?:aria-label|title|placeholder)="([^"]*[a-z]{3} ?[^":/]*)"|>\s*([A-Z][a-z]+ [a-z][^<>{}]*)</g)];
  assert.deepEqual(untranslated.map((m) => m[1] ?? m[2]), []);
});
