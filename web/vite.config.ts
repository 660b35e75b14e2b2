import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { catalogs } from './src/i18n/catalogs';

// GraphiQL carries 370 KB of fonts inside its style sheet; the system's own fonts do as well.
const withoutFonts: Plugin = {
  name: 'without-fonts',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('graphiql') || !id.split('?')[0]!.endsWith('.css')) return null;
    return { code: code.replace(/@font-face\s*\{[^}]*\}/g, ''), map: null };
  },
};

// One of the catalogs is needed at once, and only the browser knows which: both are small, so none
// is waited for.
const catalogsAtOnce: Plugin = {
  name: 'catalogs-at-once',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle, path }) =>
      path !== '/index.html'
        ? []
        : Object.values(bundle ?? {})
            .filter((chunk) => chunk.type === 'chunk' && /\/i18n\/\w+\.json$/.test(chunk.facadeModuleId ?? ''))
            .map((chunk) => ({
              tag: 'link',
              attrs: { rel: 'modulepreload', crossorigin: true, href: `/${chunk.fileName}` },
              injectTo: 'head',
            })),
  },
};

export default defineConfig({
  plugins: [withoutFonts, catalogs(), catalogsAtOnce],
  // The packages of this workspace are read as they are written, not as they are published.
  resolve: { conditions: ['aparte-source', ...defaultClientConditions] },
  build: {
    target: 'es2022',
    // The policy that the pages are served under allows nothing but files of our own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: ['index.html', 'playground.html', 'demo.html'],
      output: {
        // The editor's parts are all loaded at once anyway.
        advancedChunks: { groups: [{ name: 'editor', test: /node_modules\/(codemirror|codemirror-graphql)\// }] },
      },
      onwarn(warning, warn) {
        // "use client" marks of libraries mean nothing in a bundle.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  server: {
    proxy: {
      '/graphql': { target: 'http://127.0.0.1:8080', ws: true },
      '/dev/people': 'http://127.0.0.1:8080',
      '/exports': 'http://127.0.0.1:8080',
    },
  },
});
