import {
  Command,
  closeRequest,
  closeResponse,
  EMPTY_BODY,
  echoRequest,
  echoResponse,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { part, sendCompound } from '@tsmbd/tool-smb-client';
import { fail } from '../../violation.ts';
import type { EngineRun } from '../engine-run.ts';
import { everythingOf } from './all-requests.ts';
import { ALICE, connected, create, expectLast, type Race, STATUS_SUCCESS } from './race.ts';

/** Races of messages that come unprotected although they must be signed or sealed. */
export const PROTECTION_RACES: readonly Race[] = [
  {
    name: 'every request unsigned, in a session that must sign',
    known: '44: v7.2-rc4',
    rule: '[MS-SMB2] 3.3.5.2.4: STATUS_ACCESS_DENIED, and nothing is done',
    settings: { config: { signingRequired: true } },
    async play(run) {
      await opened(run, 'sign');
      await allRefused(run, 'none');
    },
  },
  {
    name: 'every request plain, in a session that must seal',
    known: '44: v7.2-rc4',
    rule: '[MS-SMB2] 3.3.5.2.9: STATUS_ACCESS_DENIED, signed or not',
    settings: { config: { encryption: 'required' } },
    async play(run) {
      await opened(run, 'seal');
      await allRefused(run, 'none');
      await allRefused(run, 'sign');
    },
  },
  {
    name: 'every request plain, on a share that must be sealed',
    known: '44: v7.2-rc4',
    rule: '[MS-SMB2] 3.3.5.2.11: STATUS_ACCESS_DENIED, signed or not',
    settings: { share: { encrypt: true } },
    async play(run) {
      await opened(run, 'seal');
      // A request that does not concern the share cannot be refused by the share.
      await allRefused(run, 'sign', ['TREE_CONNECT', 'TREE_DISCONNECT', 'LOGOFF']);
    },
  },
  {
    name: 'an unsigned CLOSE behind a signed ECHO, and an unsigned CANCEL',
    known: '44: v7.2-rc4',
    rule: '[MS-SMB2] 3.3.5.2.4, 3.3.5.16: each request of a compound is held against it; such a CANCEL does nothing',
    settings: { config: { signingRequired: true } },
    async play(run) {
      await opened(run, 'sign');
      const client = run.clients[ALICE]!;
      const smb = client.smb!;
      const { fileId } = run.opens[0]!;
      const answers = sendCompound(smb, [
        part(Command.ECHO, [echoRequest, echoResponse], EMPTY_BODY),
        part(
          Command.CLOSE,
          [closeRequest, closeResponse],
          { flags: 0, fileId },
          { treeId: client.treeId, unsigned: true },
        ),
      ]);
      const [echo, close] = (await Promise.all(answers)).map(({ header }) => header.status);
      if (echo !== STATUS_SUCCESS || close !== NtStatus.STATUS_ACCESS_DENIED) fail(`answered ${echo}, ${close}`);
      await run.settle();
      if (run.world.servers.every(({ opens }) => opens.byId(1) === undefined))
        fail('an unsigned CLOSE was carried out');
      await run.step(create(ALICE, { name: 'd', options: 1 }));
      await run.step({ do: 'notify', who: ALICE, open: 1, tree: false });
      const { signer } = smb;
      smb.signer = undefined;
      await run.step({ do: 'cancel', who: ALICE, index: 0 });
      smb.signer = signer;
      if (client.unanswered.size !== 1) fail('an unsigned CANCEL was carried out');
      await run.step({ do: 'cancel', who: ALICE, index: 0 });
      expectLast(run, ALICE, Command.CHANGE_NOTIFY, NtStatus.STATUS_CANCELLED);
    },
  },
];

/** Alice is connected with this protection, and has `f` open. */
async function opened(run: EngineRun, protection: 'sign' | 'seal'): Promise<void> {
  run.clients[ALICE]!.protection = protection;
  await connected(run, ALICE);
  await run.step(create(ALICE));
  await run.step({ do: 'write', who: ALICE, open: 0 });
  expectLast(run, ALICE, Command.WRITE, STATUS_SUCCESS);
}

async function allRefused(run: EngineRun, protection: 'none' | 'sign', but: readonly string[] = []): Promise<void> {
  const client = run.clients[ALICE]!;
  const smb = client.smb!;
  const { signer } = smb;
  const options = smb.options as { seal: boolean; sign: boolean };
  const { seal, sign } = options;
  Object.assign(options, { seal: false, sign: protection === 'sign' });
  if (protection === 'none') smb.signer = undefined;
  const open = run.opens[0]!;
  const before = await run.bytesOf(open);
  for (const [what, ask] of everythingOf(open.fileId)) {
    if (but.includes(what)) continue;
    const status = await ask(client);
    if (status !== NtStatus.STATUS_ACCESS_DENIED) fail(`${what}: 0x${status.toString(16)}`);
  }
  await run.settle();
  Object.assign(options, { seal, sign });
  smb.signer = signer;
  if ((await run.bytesOf(open)) !== before) fail('something was done all the same');
  await run.step({ do: 'write', who: ALICE, open: 0 });
  expectLast(run, ALICE, Command.WRITE, STATUS_SUCCESS);
}
