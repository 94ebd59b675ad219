import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { View } from './model.ts';
import { pack } from './packed.ts';

const SOURCE = fileURLToPath(new URL('../page/', import.meta.url));

/** Where a build puts the page, so that who installed the package needs no bundler. */
const BUILT = fileURLToPath(new URL('../../dist/viewer.html', import.meta.url));

/**
 * Places in the page where a packed view goes. Base64 has no character that ends a script element.
 */
const MODEL = '<script type="text/plain" id="model"></script>';
const BYTES = '<script type="text/plain" id="bytes"></script>';

/** The page that shows a capture, with it inside: one file that needs nothing else. */
export async function pageOf(view: View): Promise<string> {
  const page = existsSync(BUILT) ? readFileSync(BUILT, 'utf8') : await buildPage();
  const { model, bytes } = await pack(view);
  return page
    .replace(MODEL, () => MODEL.replace('><', () => `>${model}<`))
    .replace(BYTES, () => BYTES.replace('><', () => `>${bytes}<`));
}

/**
 * Bundles the page from its sources: HTML with script and style inside, which takes a dropped
 * capture.
 */
export async function buildPage(): Promise<string> {
  const { build } = await import('esbuild');
  const stand = (name: string): string => `${SOURCE}${name}`;
  const { outputFiles } = await build({
    entryPoints: [`${SOURCE}main.ts`],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    legalComments: 'none',
    plugins: [
      {
        name: 'crypto of a browser',
        setup({ onResolve }) {
          onResolve({ filter: /\/(node-crypto|openssl)\.ts$/ }, ({ path, importer }) => {
            if (path.endsWith('openssl.ts')) return { path: stand('openssl-browser.ts') };
            return { path: stand(importer.includes('ntlm-auth') ? 'ntlm-crypto-browser.ts' : 'smb-crypto-browser.ts') };
          });
        },
      },
    ],
  });
  const script = outputFiles[0]!.text.trimEnd().replaceAll('</script', '<\\/script');
  const style = readFileSync(`${SOURCE}style.css`, 'utf8');
  return html(script, style);
}

/**
 * Nothing may be fetched, sent or embedded: the policy says so, and names the one script that may
 * run.
 */
function html(script: string, style: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>smbdump</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
${MODEL}
${BYTES}
<script>${script}</script>
</body>
</html>
`;
}
