import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Loads a TypeScript module of src as the build would read it. `t` closes what that takes. */
export async function load(t, path) {
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    optimizeDeps: { noDiscovery: true },
    ssr: { noExternal: [/^@aparte\//], resolve: { conditions: ['aparte-source', 'module', 'node'] } },
    server: { middlewareMode: true, ws: false, watch: null },
  });
  t.after(() => vite.close());
  return vite.ssrLoadModule(path);
}
