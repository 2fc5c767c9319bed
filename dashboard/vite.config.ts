import path from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const SERVER = `http://127.0.0.1:${process.env.TRADECAST_PORT ?? 3000}`;
/** With another Host header than the browser's, the server would refuse every write as one from another site. */
const toServer = { target: SERVER, changeOrigin: false };
/** Addresses of the service; everything else is the dashboard's. */
const proxy = {
  '/api': { ...toServer, ws: true },
  '/hooks': toServer,
  '/health': toServer,
  '/ready': toServer,
  '/metrics': toServer,
  '/openapi.json': toServer,
  '/asyncapi.json': toServer,
  '/docs': toServer,
  '/ws': { ...toServer, ws: true },
  '/socket.io': { ...toServer, ws: true },
};

const INJECTION = /^__insertCSS\(.*\);?$/m;

/**
 * sonner writes its styles into a <style> element at import, which `style-src 'self'` forbids. The same styles come
 * from its own CSS file, imported in styles.css, so the call is removed.
 */
const sonnerWithoutStyleElement = (): Plugin => ({
  name: 'sonner-without-style-element',
  transform(code, id) {
    if (!id.includes('/sonner/dist/index.mjs')) return null;
    if (!INJECTION.test(code)) this.error('sonner no longer injects its styles the way this plugin removes');
    return { code: code.replace(INJECTION, ''), map: null };
  },
});

export default defineConfig({
  // The address under which widgets import the hooks of the socket.
  resolve: { alias: { '@/lib/socket/client': path.resolve(import.meta.dirname, 'src/hooks/client.ts') } },
  plugins: [react(), tailwindcss(), sonnerWithoutStyleElement()],
  optimizeDeps: { exclude: ['sonner'] },
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy },
  build: {
    target: 'es2023',
    // Data URIs would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
