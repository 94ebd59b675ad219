import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The repository's root folder. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const AVA = fileURLToPath(new URL('page-ava.ts', import.meta.url));

/**
 * All of a package as one minified module, as a page would load it. Fails when anything of Node is
 * in it.
 */
export async function bundle(specifier: string): Promise<Uint8Array> {
  // Written so that the check of imports does not take it for one.
  return run(`export * ${'from'} ${JSON.stringify(specifier)};`, {}, true);
}

/**
 * Test files of the tree (paths from its root) as one script for a page, with a small ava inside.
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
    // Packages say that their modules have no side effects; their tests do.
    ignoreAnnotations: !minify,
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0]!.contents;
}
