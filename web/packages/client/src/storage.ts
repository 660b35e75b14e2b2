import { createStore, del, entries, get, set } from 'idb-keyval';

/**
 * Where the outbox and the drafts are kept. Values are plain objects and text. Keys begin with the
 * account's name. `shared`: what one tab writes every other tab of the same browser reads.
 */
export interface Storage {
  readonly shared: boolean;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** All whose key starts with the prefix. */
  list(prefix: string): Promise<[key: string, value: unknown][]>;
}

/** Keeps values in memory: they are lost with the page or the process. */
export function memoryStorage(): Storage {
  const all = new Map<string, unknown>();
  return {
    shared: false,
    get: async (key) => all.get(key),
    set: async (key, value) => void all.set(key, structuredClone(value)),
    delete: async (key) => void all.delete(key),
    list: async (prefix) => [...all].filter(([key]) => key.startsWith(prefix)),
  };
}

/** Keeps values in IndexedDB, shared by all tabs of the origin. */
export function browserStorage(name = 'aparte'): Storage {
  const store = createStore(name, 'kept');
  return {
    shared: true,
    get: (key) => get(key, store),
    set: (key, value) => set(key, value, store),
    delete: (key) => del(key, store),
    list: async (prefix) => (await entries<string, unknown>(store)).filter(([key]) => key.startsWith(prefix)),
  };
}

/**
 * IndexedDB where there is one that works, memory elsewhere: some browsers refuse it in private
 * windows.
 */
export async function defaultStorage(): Promise<Storage> {
  if (typeof indexedDB === 'undefined') return memoryStorage();
  const storage = browserStorage();
  try {
    await storage.get('');
    return storage;
  } catch {
    return memoryStorage();
  }
}
