// The events around people: reports that moderators decide, and strangers who come all at once.
import assert from 'node:assert/strict';

/** A report of all that one person wrote to another, by its id. */
export async function report(server, by, about, category) {
  const { conversationWith } = await server.ask(by, 'query($id: ID!) { conversationWith(userId: $id) { id } }', {
    id: await server.idOf(about),
  });
  const input = { clientReportId: crypto.randomUUID(), target: { conversationId: conversationWith.id }, category };
  const { report } = await server.ask(
    by,
    'mutation($input: ReportInput!) { report(input: $input) { ... on ReportSuccess { report { id } } } }',
    { input },
  );
  return report.report.id;
}

const moderator = (server, name) => server.token({ sub: name, scope: 'moderator' });

async function moderate(server, name, step, variables) {
  const data = await server.askWith(await moderator(server, name), step, variables);
  for (const result of Object.values(data)) assert.equal(result.__typename, 'CaseSuccess', JSON.stringify(data));
}

export function claim(server, reportId, name = 'ines') {
  return moderate(server, name, 'mutation($id: ID!) { claimReport(reportId: $id) { __typename } }', { id: reportId });
}

/** A moderator takes a report and decides it. */
export async function decide(server, reportId, action) {
  await claim(server, reportId);
  const hours = action === 'SUSPEND' || action === 'LIMIT_OUTREACH' ? 48 : null;
  const statement = action === 'NONE' ? '' : 'You wrote to someone again after they had asked you to stop.';
  await moderate(server, 'ines', 'mutation($input: DecideReportInput!) { decideReport(input: $input) { __typename } }', {
    input: { reportId, action, statement, hours },
  });
}

/** Another moderator decides the appeal. */
export async function decideAppeal(server, reportId, outcome) {
  await claim(server, reportId, 'omar');
  await moderate(server, 'omar', 'mutation($input: DecideAppealInput!) { decideAppeal(input: $input) { __typename } }', {
    input: { reportId, outcome, statement: 'We have read the conversation again.' },
  });
}

let made = 0;

/**
 * So many people whom nobody knows, made by the host; each writes to somebody. The answer: how to
 * ask as each.
 */
export async function newcomers(server, count, to, words = () => 'Hello from nowhere.') {
  const users = Array.from({ length: count }, () => `newcomer-${++made}`).map((handle) => ({ externalId: handle, handle }));
  const admin = await server.token({ sub: 'host', scope: 'admin' });
  await server.askWith(admin, 'mutation($users: [UserInput!]!) { upsertUsers(users: $users) { __typename } }', { users });
  const userId = await server.idOf(to);
  const asks = [];
  for (const [i, { externalId }] of users.entries()) {
    const token = await server.token({ sub: externalId });
    const ask = (query, variables) => server.askWith(token, query, variables);
    const { sendMessage } = await ask(
      'mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }',
      { input: { to: { userId }, body: words(i), clientMessageId: crypto.randomUUID() } },
    );
    assert.equal(sendMessage.__typename, 'SendMessageSuccess');
    asks.push({ handle: externalId, ask });
  }
  return asks;
}
