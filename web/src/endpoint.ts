export const graphqlPath = '/graphql';

export function socketUrl(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${graphqlPath}`;
}
