import { useCallback, useEffect, useRef, useState } from 'react';

/** Someone whom `aparte dev` lets you be. */
export interface DevPerson {
  handle: string;
  displayName: string;
  token: string;
}

/** Null outside `aparte dev`, where nobody hands out tokens. */
export async function fetchDevPeople(): Promise<DevPerson[] | null> {
  const response = await fetch('/dev/people');
  return response.ok ? ((await response.json()) as DevPerson[]) : null;
}

/**
 * The person who uses the page, from `?as=`, so that two windows can be two people and a reload
 * keeps the person.
 */
export function chosenHandle(): string | null {
  return new URLSearchParams(location.search).get('as');
}

export function withHandle(handle: string): string {
  const url = new URL(location.href);
  url.searchParams.set('as', handle);
  return url.pathname + url.search;
}

export interface Identity {
  /** Undefined until it is known whether this is `aparte dev`. */
  people: DevPerson[] | null | undefined;
  person: DevPerson | undefined;
  token: string;
  /**
   * A token that is good now: `aparte dev` hands out a new one each time. The same function as long
   * as it is the same person.
   */
  freshToken: () => Promise<string>;
  choose(handle: string): void;
  enterToken(token: string): void;
}

const tokenKey = 'aparte.token';

/** Tokens that came with the page this long ago are as good as new, once. */
const freshMs = 60_000;

/**
 * The person who acts on this page: a person of the dev server, or the person whom the given token
 * names. A page that has already asked for the list of people passes it as `first`.
 */
export function useIdentity(first?: DevPerson[] | null): Identity {
  const [people, setPeople] = useState<DevPerson[] | null | undefined>(first);
  const [since] = useState(() => Date.now());
  const used = useRef(new Set<string>());
  const [handle, setHandle] = useState(chosenHandle);
  const [token, setToken] = useState(() => sessionStorage.getItem(tokenKey) ?? '');

  useEffect(() => {
    if (first !== undefined) return;
    let current = true;
    fetchDevPeople()
      .catch(() => null)
      .then((found) => current && setPeople(found));
    return () => {
      current = false;
    };
  }, [first]);

  const person = people?.find((p) => p.handle === handle) ?? people?.[0];
  const dev = person?.handle;
  const freshToken = useCallback(async () => {
    if (dev === undefined) return token;
    const known = first?.find((p) => p.handle === dev);
    // A caller that asks again has seen the token end.
    if (known && !used.current.has(dev) && Date.now() - since < freshMs) {
      used.current.add(dev);
      return known.token;
    }
    return (await fetchDevPeople())?.find((p) => p.handle === dev)?.token ?? '';
  }, [dev, first, since, token]);
  return {
    people,
    person,
    token: person ? person.token : token,
    freshToken,
    choose(next) {
      history.replaceState(null, '', withHandle(next));
      setHandle(next);
    },
    enterToken(next) {
      sessionStorage.setItem(tokenKey, next);
      setToken(next);
    },
  };
}
