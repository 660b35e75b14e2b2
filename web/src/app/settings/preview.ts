import type { Relation, Route, Settings } from '@aparte/client';

/** The relations that can be previewed without naming a person. */
export const examples = ['FRIEND', 'FOLLOWER', 'STRANGER'] as const satisfies Relation[];
export type Example = (typeof examples)[number];

/** The route of a relation in the viewer's settings. */
export function routeOf(relation: Relation, settings: Settings): Route {
  return settings.routes.find((r) => r.relation === relation)?.route ?? 'REFUSE';
}
