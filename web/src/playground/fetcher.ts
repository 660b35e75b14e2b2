import type { Fetcher, FetcherParams, FetcherOpts } from '@graphiql/toolkit';
import type { ExecutionResult } from 'graphql';
import { Kind, type DocumentNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { graphqlPath, socketUrl } from '../api/endpoint';

function isSubscription(document: DocumentNode | undefined, operationName: string | undefined | null): boolean {
  const operations = document?.definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION) ?? [];
  const chosen = operations.find((o) => o.name?.value === operationName) ?? operations[0];
  return chosen?.operation === 'subscription';
}

/**
 * Queries go by POST, subscriptions by WebSocket, each subscription on its own. The headers editor says who asks;
 * where it names nobody, `token()` does, which the schema's own query needs before any editor exists.
 */
export function newFetcher(token: () => string): Fetcher {
  return (params: FetcherParams, options?: FetcherOpts) => {
    const headers: Record<string, string> = { ...(options?.headers as Record<string, string>) };
    if (!Object.keys(headers).some((name) => name.toLowerCase() === 'authorization') && token()) {
      headers['Authorization'] = `Bearer ${token()}`;
    }
    if (isSubscription(options?.documentAST, params.operationName)) {
      return watch(params, headers);
    }
    return fetch(graphqlPath, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(params),
    }).then((response) => response.json());
  };
}

async function* watch(params: FetcherParams, headers: Record<string, string>): AsyncGenerator<ExecutionResult> {
  const client = createClient({ url: socketUrl(), connectionParams: headers, retryAttempts: 0 });
  try {
    const results = client.iterate({
      query: params.query,
      operationName: params.operationName ?? undefined,
      variables: params.variables as Record<string, unknown> | undefined,
    });
    yield* results as AsyncIterable<ExecutionResult>;
  } catch (error) {
    throw error instanceof CloseEvent ? new Error(`The server closed the socket: ${error.code} ${error.reason}`) : error;
  } finally {
    await client.dispose();
  }
}
