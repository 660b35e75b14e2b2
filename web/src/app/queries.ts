import * as documents from '../api/documents';
import type { Folder } from '../api/types';
import type { Route } from './route';

export interface ShownQuery {
  query: string;
  variables?: Record<string, unknown>;
}

/** The query behind what is on screen, as the client asks it. */
export function queryOf(route: Route, folder: Folder, conversationId: string | undefined): ShownQuery {
  if (route.settings === 'history') return { query: documents.settingsHistory };
  if (route.settings === 'blocked') return { query: documents.blockedUsers, variables: {} };
  if (route.settings) return { query: documents.start };
  if (conversationId) return { query: documents.messages, variables: { id: conversationId, first: 30 } };
  if (route.person) return { query: documents.person, variables: { id: route.person } };
  return { query: documents.inbox, variables: { folder, first: 30 } };
}

/** The playground as this person, with a query to run. It travels behind the #, which no server is told. */
export function playgroundHref(handle: string | undefined, shown?: ShownQuery): string {
  const person = handle ? `?as=${encodeURIComponent(handle)}` : '';
  if (!shown) return `/playground${person}`;
  const behind = new URLSearchParams({ query: shown.query });
  if (shown.variables) behind.set('variables', JSON.stringify(shown.variables));
  return `/playground${person}#${behind}`;
}
