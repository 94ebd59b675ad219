import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { merged } from '../src/histogram.ts';
import { parseOptions } from '../src/options.ts';
import type { Result } from '../src/rows.ts';
import { compare } from '../src/tasks/compare.ts';

test.serial('two client processes work on tsmbd and on the floor program, and both are counted', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tsmbd-bench-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const [json, svg] = [join(folder, 'table.json'), join(folder, 'table.svg')];
  const lines: string[] = [];
  const log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    await compare(
      parseOptions([
        ...['--servers', 'tsmbd,floor', '--clients', '2', '--modes', 'plain,signed', '--rounds', '2'],
        ...[
          '--seconds',
          '0.3',
          '--warm-up',
          '0.1',
          '--first',
          '0.1',
          '--match',
          '^(random write, 4 KiB, depth 16|create)',
        ],
        ...['--folder', folder, '--json', json, '--svg', svg],
      ]),
    );
  } finally {
    console.log = log;
  }
  t.log(lines.join('\n'));
  const { results } = JSON.parse(readFileSync(json, 'utf8')) as { results: Result[] };
  t.is(results.length, 2 * 2);
  for (const { case: name, mode, samples } of results) {
    t.is('floor' in samples, name.startsWith('random') && mode === 'plain', `${name}, ${mode}`);
    for (const taken of Object.values(samples)) {
      t.is(taken.length, 2);
      for (const { memory, latency } of taken) {
        // What has begun is waited for, however slow the machine is; how much that is, is no test.
        t.true(memory > 0 && merged([latency]).total > 0, `${name}, ${mode}`);
      }
    }
  }
  t.regex(readFileSync(svg, 'utf8'), /^<svg /);
});
