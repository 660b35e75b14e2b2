import type { Audience, Relation, Route, Settings } from '@aparte/client';

type Grid = Record<Relation, Route>;

const grid = (KNOWN: Route, FRIEND: Route, FOLLOWED: Route, SUGGESTED: Route, FOLLOWER: Route, STRANGER: Route): Grid => ({
  KNOWN,
  FRIEND,
  FOLLOWED,
  SUGGESTED,
  FOLLOWER,
  STRANGER,
});

/**
 * What each audience means, so that a choice can be understood before it is made. It explains and
 * never decides: the server's policy does that, and test/presets.test.mjs holds these against it.
 */
export const presets: Record<Exclude<Audience, 'CUSTOM'>, Grid> = {
  EVERYONE: grid('INBOX', 'INBOX', 'INBOX', 'REQUESTS', 'REQUESTS', 'REQUESTS'),
  FOLLOWERS: grid('INBOX', 'INBOX', 'INBOX', 'REQUESTS', 'REQUESTS', 'REFUSE'),
  SUGGESTED_FRIENDS: grid('INBOX', 'INBOX', 'INBOX', 'REQUESTS', 'REFUSE', 'REFUSE'),
  FRIENDS: grid('INBOX', 'INBOX', 'REFUSE', 'REFUSE', 'REFUSE', 'REFUSE'),
  PEOPLE_I_MESSAGED: grid('INBOX', 'REFUSE', 'REFUSE', 'REFUSE', 'REFUSE', 'REFUSE'),
  NO_ONE: grid('REFUSE', 'REFUSE', 'REFUSE', 'REFUSE', 'REFUSE', 'REFUSE'),
};

/** What an audience means for this person; undefined for a CUSTOM grid that they do not have. */
export function gridOf(audience: Audience, settings: Settings): Grid | undefined {
  if (audience !== 'CUSTOM') return presets[audience];
  if (settings.whoCanMessageMe !== 'CUSTOM') return undefined;
  return Object.fromEntries(settings.routes.map((r) => [r.relation, r.route])) as Grid;
}
