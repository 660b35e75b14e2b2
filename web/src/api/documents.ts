const user = `fragment U on User { id handle displayName viewerHasBlocked }`;
const standing = `fragment S on User {
  id handle displayName viewerHasBlocked viewerFollows followsViewer
  viewerCanMessage { allowed folder remaining denial canReply }
}`;
const message = `fragment M on Message {
  id conversationId seq sender { id } body video { url title authorHandle } clientMessageId createdAt
}`;
const conversation = `fragment C on Conversation {
  id with { ...U } folder lastMessage { ...M } lastActivityAt unreadCount readSeq theirReadSeq muted
} ${user} ${message}`;
const settings = `fragment Own on MessagingSettings { whoCanMessageMe routes { relation route } readReceipts changedAt }`;
// SendMessageSuccess has a field message of another type, so this one needs another name.
const refusal = `... on UserError { code reason: message }`;

// ------------------------------------------------------------ reading

export const start = `query Start {
  me { ...U }
  messagingSettings { ...Own }
  unread { conversations requests messages cursor }
} ${user} ${settings}`;

export const inbox = `query Inbox($folder: Folder!, $first: Int!, $after: String) {
  inbox(folder: $folder, first: $first, after: $after) {
    nodes { ...C }
    pageInfo { hasNextPage endCursor }
  }
} ${conversation}`;

export const messages = `query Messages($id: ID!, $first: Int!, $after: String) {
  conversation(id: $id) {
    ...C
    messages(first: $first, after: $after) { nodes { ...M } pageInfo { hasNextPage endCursor } }
  }
} ${conversation}`;

export const person = `query Person($id: ID!) {
  user(id: $id) { ...S }
  conversationWith(userId: $id) { ...C }
} ${standing} ${conversation}`;

export const search = `query Search($query: String!) {
  searchUsers(query: $query, first: 20) { nodes { ...S } }
} ${standing}`;

export const suggestions = `query Suggestions { suggestedFriends(first: 20) { nodes { ...S } } } ${standing}`;

export const blockedUsers = `query BlockedUsers($after: String) {
  blockedUsers(first: 50, after: $after) { nodes { ...S } pageInfo { hasNextPage endCursor } }
} ${standing}`;

export const settingsHistory = `query SettingsHistory { settingsHistory(first: 50) { at before { ...Ch } after { ...Ch } } }
fragment Ch on MessagingChoice { whoCanMessageMe routes { relation route } readReceipts }`;

// ------------------------------------------------------------ changing

export const sendMessage = `mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    ... on SendMessageSuccess { message { ...M } conversation { ...C } remaining }
    ... on MessageNotAllowed { denial }
    ... on RateLimited { retryAfterSeconds }
    ${refusal}
  }
} ${conversation}`;

const ofConversation = (name: string, parameters = '', given = '') => `mutation Change($id: ID!${parameters}) {
  ${name}(conversationId: $id${given}) { ... on ConversationSuccess { conversation { ...C } } ${refusal} }
} ${conversation}`;

export const conversationChanges = {
  acceptRequest: ofConversation('acceptRequest'),
  markRead: ofConversation('markRead', ', $upToSeq: Int!', ', upToSeq: $upToSeq'),
  muteConversation: ofConversation('muteConversation', ', $muted: Boolean!', ', muted: $muted'),
  archiveConversation: ofConversation('archiveConversation', ', $archived: Boolean!', ', archived: $archived'),
};

export const declineRequests = `mutation DeclineRequests($ids: [ID!]!) {
  declineRequests(conversationIds: $ids) { ... on DeclineSuccess { declined } ${refusal} }
}`;

export const setWhoCanMessageMe = `mutation SetWhoCanMessageMe($input: SetWhoCanMessageMeInput!) {
  setWhoCanMessageMe(input: $input) { ... on SettingsSuccess { settings { ...Own } } ${refusal} }
} ${settings}`;

export const setReadReceipts = `mutation SetReadReceipts($on: Boolean!) {
  setReadReceipts(on: $on) { ... on SettingsSuccess { settings { ...Own } } ${refusal} }
} ${settings}`;

const edge = (name: string) => `mutation Edge($id: ID!) {
  ${name}(userId: $id) { ... on UserSuccess { user { ...S } } ${refusal} }
} ${standing}`;

export const edges = {
  followUser: edge('followUser'),
  unfollowUser: edge('unfollowUser'),
  blockUser: edge('blockUser'),
  unblockUser: edge('unblockUser'),
};

// ------------------------------------------------------------ live

export const inboxEvents = `subscription InboxEvents($after: Cursor) {
  inboxEvents(after: $after) {
    __typename cursor unread { conversations requests messages }
    ... on MessageAdded { message { ...M } conversation { ...C } }
    ... on ConversationChanged { conversation { ...C } }
    ... on ConversationRemoved { conversationId }
    ... on SettingsChanged { settings { ...Own } }
  }
} ${conversation} ${settings}`;
