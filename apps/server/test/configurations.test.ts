import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ntStatusName } from '@tsmbd/smb2-codec';
import { SmbClient, SmbError } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { findingsOf } from '../src/config/findings.ts';
import { type Inspection, inspectConfig } from '../src/config/load.ts';
import { PASSWORD, TestDaemon, temporaryFolder, USER } from './helpers/daemon.ts';

const FOLDER = new URL('configurations/', import.meta.url);

/** Sums that testparm prints: implemented, without effect, less than Samba, refused. */
type Sums = readonly [implemented: number, none: number, less: number, refused: number];

/**
 * The status of a tree connect of `ann`, who has an account, to each share; or why it is refused.
 */
interface Expected {
  readonly sums: Sums;
  readonly shares?: Readonly<Record<string, string>>;
  readonly refused?: RegExp;
}

const OK = 'STATUS_SUCCESS';
/** `force user` names somebody who is not on the machine of the tests. smbd refuses too. */
const NO_FORCED_USER = 'STATUS_ACCESS_DENIED';

/**
 * Configurations as people have them: each serves, or is refused for a rule that keeps somebody out
 * or data safe.
 */
const CONFIGURATIONS: Readonly<Record<string, Expected>> = {
  'ad-member': { sums: [4, 12, 2, 2], refused: /valid users = .*names with a domain are not supported/ },
  'container-recycle': { sums: [8, 6, 0, 1], refused: /recycle is refused: what is deleted is gone/ },
  'container-shares': { sums: [25, 19, 5, 0], shares: { public: NO_FORCED_USER, ann: NO_FORCED_USER } },
  debian: { sums: [2, 12, 2, 0], shares: {} },
  'guest-tutorial': { sums: [12, 2, 0, 0], shares: { Anonymous: OK } },
  'homes-and-printers': { sums: [12, 14, 1, 0], shares: { office: OK } },
  'ksmbd-example': { sums: [44, 8, 0, 0], shares: { example: OK } },
  minimal: { sums: [3, 0, 0, 0], shares: { share: OK } },
  'openwrt-ksmbd': { sums: [22, 3, 0, 0], shares: { usb: OK } },
  'proxmox-time-machine': { sums: [16, 9, 4, 0], shares: { TimeMachine: OK, template: 'STATUS_BAD_NETWORK_NAME' } },
  'raspberry-pi': { sums: [15, 8, 1, 0], shares: { nas: NO_FORCED_USER } },
  truenas: { sums: [15, 27, 3, 0], shares: { tank: OK } },
};

/** The file with its shares in a folder of the test. */
function inspected(name: string, root: string): Inspection {
  for (const file of readdirSync(FOLDER)) {
    const text = readFileSync(new URL(file, FOLDER), 'utf8').replaceAll('@ROOT@', root);
    writeFileSync(join(root, file), text);
    for (const [, folder] of text.matchAll(new RegExp(`${root}/([a-z]+)`, 'g'))) {
      mkdirSync(join(root, folder!), { recursive: true });
    }
  }
  return inspectConfig(join(root, `${name}.conf`));
}

test('every configuration that is here is expected to do something', (t) => {
  const files = readdirSync(FOLDER).map((file) => file.replace('.conf', ''));
  t.deepEqual(
    files.filter((file) => !file.endsWith('-shares') || file === 'container-shares').toSorted(),
    Object.keys(CONFIGURATIONS).toSorted(),
  );
});

for (const [name, { sums, shares, refused }] of Object.entries(CONFIGURATIONS)) {
  test.serial(
    `${name}.conf ${refused === undefined ? 'serves' : 'is refused'}, and testparm says what it comes to`,
    async (t) => {
      using folder = temporaryFolder();
      const inspection = inspected(name, folder.path);
      const said = findingsOf(inspection);
      t.is(
        said.at(-1),
        `${sums[0]} implemented, ${sums[1]} without effect, ${sums[2]} less than Samba, ${sums[3]} refused`,
        said.join('\n'),
      );
      if (refused !== undefined) {
        t.regex(said.filter((line) => line.startsWith('refused: ')).join('\n'), refused);
        t.true(inspection.problems.length > 0 && inspection.problems.every((problem) => problem.refused));
        return;
      }
      t.deepEqual(inspection.problems, []);
      copyFileSync(join(folder.path, `${name}.conf`), join(folder.path, 'tsmbd.conf'));
      await using daemon = await TestDaemon.startIn(folder.path);
      for (const [share, status] of Object.entries({ ...shares, IPC$: OK })) {
        t.is(await connectTo(share, daemon), status, share);
      }
    },
  );
}

/** Connects to a share as the user that there is. */
async function connectTo(share: string, { port }: TestDaemon): Promise<string> {
  const client = await SmbClient.connect('127.0.0.1', port);
  try {
    await client.negotiate();
    await client.logOn(USER, PASSWORD);
    await client.tree(share);
    return OK;
  } catch (error) {
    if (error instanceof SmbError) return ntStatusName(error.status);
    throw error;
  } finally {
    client.close();
  }
}
