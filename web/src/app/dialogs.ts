/** The dialogs that any part of the page can open; null: none is open. */
export type OpenDialog = 'compose' | 'help' | null;
