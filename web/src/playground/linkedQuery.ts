import { parse, print } from 'graphql';

/**
 * A query that a screen of the client hands over behind the #; undefined when there is none, or it
 * does not parse.
 */
export function linkedQuery(hash: string): { query: string; variables?: string } | undefined {
  const given = new URLSearchParams(hash.slice(1));
  const query = given.get('query');
  if (!query) return undefined;
  try {
    const variables = given.get('variables');
    return {
      query: print(parse(query)),
      ...(variables ? { variables: JSON.stringify(JSON.parse(variables), null, 2) } : {}),
    };
  } catch {
    return undefined;
  }
}
