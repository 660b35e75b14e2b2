import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';
import { startServer } from './server.mjs';

test('what the settings say of an audience is what the policy makes of it', async (t) => {
  const { presets } = await load(t, '/src/app/settings/presets.ts');
  const server = await startServer(t);
  const query = `mutation($audience: Audience!) { setWhoCanMessageMe(input: { audience: $audience }) {
    ... on SettingsSuccess { settings { routes { relation route } } } } }`;
  for (const [audience, grid] of Object.entries(presets)) {
    const { setWhoCanMessageMe } = await server.ask('alice', query, { audience });
    const routes = setWhoCanMessageMe.settings.routes.map((r) => [r.relation, r.route]);
    assert.deepEqual(Object.fromEntries(routes), grid, audience);
  }
});
