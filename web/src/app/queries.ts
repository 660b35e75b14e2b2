import { operations, type Folder } from '@aparte/client';
import type { Route } from './route';

export interface ShownQuery {
  query: string;
  variables?: Record<string, unknown>;
}

/** The query behind what is on screen, as the client asks it. */
export function queryOf(route: Route, folder: Folder, conversationId: string | undefined): ShownQuery {
  if (route.settings === 'history') return { query: operations.SettingsHistory, variables: { first: 20 } };
  if (route.settings === 'blocked') return { query: operations.BlockedUsers, variables: { first: 20 } };
  if (route.settings === 'exceptions') return { query: operations.ListedUsers, variables: { list: 'ALWAYS', first: 20 } };
  if (route.code) return { query: operations.Contact, variables: { code: route.code } };
  if (route.settings === 'codes') return { query: operations.ContactCodes, variables: { first: 20 } };
  if (route.settings === 'words') return { query: operations.HiddenWords };
  if (route.settings === 'reports') return { query: operations.MyReports, variables: { first: 20 } };
  if (route.settings === 'notices') return { query: operations.MyNotices, variables: { first: 20 } };
  if (route.settings === 'data') return { query: operations.ExportJob };
  if (route.settings) return { query: operations.Start, variables: { first: 40 } };
  if (conversationId) return { query: operations.Messages, variables: { id: conversationId, first: 40 } };
  if (route.person) return { query: operations.Person, variables: { id: route.person } };
  return { query: operations.Inbox, variables: { folder, first: 40 } };
}

/**
 * The playground as this person, with a query to run. It travels behind the #, which no server is
 * told.
 */
export function playgroundHref(handle: string | undefined, shown?: ShownQuery): string {
  const person = handle ? `?as=${encodeURIComponent(handle)}` : '';
  if (!shown) return `/playground${person}`;
  const behind = new URLSearchParams({ query: shown.query });
  if (shown.variables) behind.set('variables', JSON.stringify(shown.variables));
  return `/playground${person}#${behind}`;
}
