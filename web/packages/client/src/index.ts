export type { Paging } from './calls.js';
export { Client, connect, type NewMessage, type Options } from './client.js';
export { achieved, ApiError, isRefusal, Refused, Unreachable } from './errors.js';
export * as operations from './generated/operations.js';
export type { Messages } from './messages.js';
export {
  conversationsIn,
  conversationWith,
  folders,
  outgoingTo,
  typingMs,
  type Listing,
  type Outgoing,
  type State,
  type Status,
  type Thread,
} from './state.js';
export { browserStorage, memoryStorage, type Storage } from './storage.js';
export type { Selection } from './store.js';
export type { TokenSource } from './token.js';
export type * from './types.js';
