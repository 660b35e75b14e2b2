import { GraphiQL } from 'graphiql';
import { useEffect, useState } from 'react';
import { useIdentity } from '../identity';
import { newFetcher } from './fetcher';
import { PersonPicker } from './PersonPicker';
import { linkedQuery } from './linkedQuery';
import { newTabs } from './tabs';
import { TokenInHeaders } from './TokenInHeaders';

const currentToken = { value: '' };
const fetcher = newFetcher(() => currentToken.value);

/**
 * GraphiQL with a choice of the person who asks. The typed text lasts as long as the window, so two
 * windows can be two people.
 */
export function Playground() {
  const identity = useIdentity();
  const { people, token } = identity;
  const [bob, setBob] = useState<string>();
  const [shown] = useState(() => {
    const given = linkedQuery(location.hash);
    // The tabs that were open here before would hide it.
    if (given) for (const key of ['tabState', 'query', 'variables']) sessionStorage.removeItem(`graphiql:${key}`);
    return given;
  });
  currentToken.value = token;

  useEffect(() => {
    if (people === undefined) return;
    findBob()
      .catch(() => undefined)
      .then((id) => setBob(id ?? 'usr_…'));
  }, [people]);

  if (bob === undefined) return null;
  const tabs = shown ? [shown, ...newTabs(bob)] : newTabs(bob);
  const headers = token ? JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2) : '';
  return (
    <GraphiQL
      // The schema is asked for once per mount: a typed token that opens it has to start anew.
      key={people ? 'dev' : token}
      fetcher={fetcher}
      storage={sessionStorage}
      defaultHeaders={headers}
      defaultTabs={tabs.map((tab) => ({ ...tab, headers }))}
      defaultEditorToolsVisibility={shown?.variables ? 'variables' : 'headers'}
      // The first tab's variables are read from here and not from the tab.
      {...(shown?.variables ? { variables: shown.variables } : {})}
      shouldPersistHeaders
      showPersistHeadersSettings={false}
    >
      <GraphiQL.Logo>
        <PersonPicker identity={identity} />
        <TokenInHeaders token={token} />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

/** The prepared message needs an id to go to. */
async function findBob(): Promise<string | undefined> {
  if (!currentToken.value) return undefined;
  const query = '{ user(by: {handle: "bob"}) { id } }';
  const result = (await fetcher({ query }, {})) as { data?: { user?: { id: string } } };
  return result.data?.user?.id;
}
