import type { MessageKind, PolicyRule, Relation, Route, Settings } from '@aparte/client';
import type { ExplanationMessage } from './explanationText';

/** Somebody who stands for many: nobody in particular, with all that holds of them. */
export const examples = ['FRIEND', 'FOLLOWER', 'STRANGER'] as const;
export type Example = (typeof examples)[number];

const holding: Record<Example, Relation[]> = {
  FRIEND: ['FRIEND', 'FOLLOWED', 'FOLLOWER'],
  FOLLOWER: ['FOLLOWER'],
  STRANGER: ['STRANGER'],
};

/** What would become of a message, why, and the sentence that says it. */
export interface Preview extends ExplanationMessage {
  relations: readonly Relation[];
  rule: PolicyRule;
  route: Route;
}

const welcome: Route[] = ['REFUSE', 'HIDDEN', 'REQUESTS', 'INBOX'];

export function routeOf(relation: Relation, settings: Settings): Route {
  return settings.routes.find((r) => r.relation === relation)?.route ?? 'REFUSE';
}

/** The most welcoming route of several relations. */
function best(relations: readonly Relation[], settings: Settings): Route {
  const routes = relations.map((relation) => welcome.indexOf(routeOf(relation, settings)));
  return welcome[Math.max(0, ...routes)]!;
}

/**
 * What the settings make of an example. Of a person the server is asked; an example is nobody it
 * could be asked about, so test/preview.test.mjs holds this against what it says of people who are
 * just that.
 */
export function previewOf(example: Example, settings: Settings): Preview {
  const relations = holding[example];
  const route = best(relations, settings);
  // Neither of the other two is somebody whom one follows, or who is suggested: the shield holds
  // their new requests.
  if (settings.shieldSince && route === 'REQUESTS' && example !== 'FRIEND') {
    const parameters = [{ name: 'since', value: settings.shieldSince }];
    return { relations, rule: 'SHIELD', route: 'HIDDEN', key: 'explain.shield', parameters };
  }
  const parameters = [
    // The closest of those whose route it is.
    { name: 'relation', value: relations.find((r) => routeOf(r, settings) === route) ?? relations[0]! },
    { name: 'audience', value: settings.whoCanMessageMe },
  ];
  return { relations, rule: 'AUDIENCE', route, key: `explain.audience.${route.toLowerCase()}`, parameters };
}

const allKinds: MessageKind[] = ['TEXT', 'VIDEO', 'LINK'];

/** What they may send: what is taken from one of the relations that decide. */
export function kindsOf({ relations, rule }: Pick<Preview, 'relations' | 'rule'>, settings: Settings): MessageKind[] {
  if (rule === 'ALWAYS') return allKinds;
  const route = best(relations, settings);
  const deciding = relations.filter((relation) => routeOf(relation, settings) === route);
  return allKinds.filter((kind) =>
    settings.kinds.some((k) => deciding.includes(k.relation) && k.kinds.includes(kind)),
  );
}
