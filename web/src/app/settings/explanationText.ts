import type { Explanation } from '@aparte/client';
import type { Key, Locale, Values } from '../../i18n/i18n';
import type { Times } from '../time';
import { audienceName, audiences, relations } from '../labels';

/**
 * The keys that the catalogs have a sentence for. A test in package dm compares them with the
 * server's.
 */
const known: ReadonlySet<string> = new Set<Key>([
  'explain.age',
  'explain.always',
  'explain.audience.hidden',
  'explain.audience.inbox',
  'explain.audience.refuse',
  'explain.audience.requests',
  'explain.block',
  'explain.decline',
  'explain.gone',
  'explain.held',
  'explain.never',
  'explain.requestFull',
  'explain.restriction',
  'explain.shield',
]);

/**
 * The sentence in the reader's language. A newer server may say what this client has no words for,
 * a key or the name of a relation: then it is the server's.
 */
export function explanationText(locale: Locale, times: Times, { key, parameters, sentence }: Pick<Explanation, 'key' | 'parameters' | 'sentence'>): string {
  if (!known.has(key)) return sentence;
  const values: Values = {};
  for (const { name, value } of parameters) {
    const word = wordOf(locale, times, name, value);
    if (word === null) return sentence;
    values[name] = word;
  }
  // It says by what they are suggested, so it stands for the relation.
  if ('sharedFriends' in values) values.relation = locale.t('explain.shared', { count: values.sharedFriends! });
  return locale.t(key as Key, values);
}

function wordOf({ t }: Locale, times: Times, name: string, value: string): string | number | null {
  switch (name) {
    case 'relation': {
      const relation = relations.find((r) => r === value);
      return relation ? t(`relationTo.${relation}`) : null;
    }
    case 'audience': {
      const audience = audiences.find((a) => a === value);
      return audience ? audienceName(t, audience) : null;
    }
    case 'until':
    case 'since':
      return times.full(value);
    case 'limit':
    case 'sharedFriends':
      return Number(value);
    default:
      return null;
  }
}
