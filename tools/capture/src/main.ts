import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { connectionsOf, FIXTURES, type Fixture, framesOf } from '@tsmbd/tool-fixtures';
import { Command } from 'commander';
import { findKeys } from './keys.ts';
import { record } from './recorder.ts';
import { type Scene, versionOf } from './scene.ts';
import { OWN_SCENES } from './scenes-own.ts';
import { RCLONE_SCENES } from './scenes-rclone.ts';
import { SAMBA_SCENES } from './scenes-samba.ts';
import { type RecordedServer, startSmbd, startTsmbd } from './servers.ts';

/**
 * `node tools/capture/src/main.ts`: records the captures of `test-fixtures/` anew. Runs as root,
 * talks to loopback.
 */
const program = new Command('capture')
  .description('record real clients against real servers, with their keys')
  .option('--out <folder>', 'where captures and index.json go', FIXTURES)
  .option('--match <regex>', 'scenes to record, by name; the others stay as they are', '')
  .option('--server <name>', 'smbd or tsmbd; both, unless told')
  .option('--max <bytes>', 'captures that are larger, packed, are left out', '60000')
  .parse();
const options = program.opts<{ out: string; match: string; server?: string; max: string }>();

const indexFile = join(options.out, 'index.json');
mkdirSync(options.out, { recursive: true });
const index = new Map<string, Fixture>();
if (existsSync(indexFile)) {
  for (const fixture of JSON.parse(readFileSync(indexFile, 'utf8')) as Fixture[]) index.set(fixture.file, fixture);
}

for (const [kind, start] of [
  ['smbd', startSmbd],
  ['tsmbd', startTsmbd],
] as const) {
  if (options.server !== undefined && options.server !== kind) continue;
  await using server = await start();
  for (const scene of [...SAMBA_SCENES, ...RCLONE_SCENES, ...OWN_SCENES]) {
    if (!new RegExp(options.match).test(scene.name) || (scene.only ?? kind) !== kind) continue;
    try {
      console.log(await capture(scene, server));
    } catch (error) {
      console.log(`${kind} ${scene.name}: left out, ${(error as Error).message}`);
    }
  }
}
const sorted = [...index.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
writeFileSync(indexFile, `[\n${sorted.map((fixture) => JSON.stringify(fixture)).join(',\n')}\n]\n`);

async function capture(scene: Scene, server: RecordedServer): Promise<string> {
  server.reset();
  // If a server never answers, only this scene is lost.
  const late = new Promise<void>((_, reject) => setTimeout(reject, 25_000, new Error('timed out')).unref());
  const pcap = await record(server.port, () => Promise.race([scene.run(server), late]));
  const { user, password } = scene.as ?? server;
  const { connections, sessions, verified, opened } = findKeys(connectionsOf(framesOf(pcap)), password);
  const file = `${server.kind}-${scene.name}.pcap.gz`;
  const packed = gzipSync(pcap, { level: 9 });
  if (packed.length > Number(options.max)) return `${file}: left out, ${packed.length} bytes`;
  if (connections.length === 0) return `${file}: left out, nothing was sent`;
  writeFileSync(join(options.out, file), packed);
  index.set(file, {
    file,
    shows: scene.shows,
    client: versionOf(scene.client),
    server: server.name,
    dialect: connections[0]!.dialect,
    protection: scene.protection,
    user,
    password,
    connections,
    sessions,
  });
  return `${file}: ${packed.length} bytes, ${sessions.length} sessions, ${verified} signatures, ${opened} opened`;
}
