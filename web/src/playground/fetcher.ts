import type { Fetcher, FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import { Kind, parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { graphqlPath, socketUrl } from '../endpoint';

/**
 * Queries go by POST, subscriptions by WebSocket, each subscription on its own. The headers editor
 * says who asks; where it names nobody, `token()` does, which the schema's own query needs before
 * any editor exists.
 */
export function newFetcher(token: () => string): Fetcher {
  return (params: FetcherParams, options?: FetcherOpts) => {
    const headers: Record<string, string> = { ...(options?.headers as Record<string, string>) };
    if (!Object.keys(headers).some((name) => name.toLowerCase() === 'authorization') && token()) {
      headers['Authorization'] = `Bearer ${token()}`;
    }
    const operation = operationOf(params);
    const request = {
      query: params.query,
      operationName: operation?.name?.value,
      variables: params.variables as Record<string, unknown> | undefined,
    };
    if (operation?.operation === 'subscription') return watch(request, headers);
    return fetch(graphqlPath, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(request),
    }).then((response) => response.json());
  };
}

/**
 * GraphiQL learns the operation's name a moment after the text, so one that the text does not hold
 * is an old one.
 */
function operationOf({ query, operationName }: FetcherParams): OperationDefinitionNode | undefined {
  let operations: OperationDefinitionNode[];
  try {
    operations = parse(query).definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION);
  } catch {
    return undefined; // the server explains what is wrong with it
  }
  return operations.find((o) => o.name?.value === operationName) ?? operations[0];
}

async function* watch(
  request: { query: string; operationName: string | undefined; variables: Record<string, unknown> | undefined },
  headers: Record<string, string>,
): AsyncGenerator<ExecutionResult> {
  const client = createClient({ url: socketUrl(), connectionParams: headers, retryAttempts: 0 });
  try {
    yield* client.iterate(request) as AsyncIterable<ExecutionResult>;
  } catch (error) {
    throw error instanceof CloseEvent ? new Error(`The server closed the socket: ${error.code} ${error.reason}`) : error;
  } finally {
    await client.dispose();
  }
}
