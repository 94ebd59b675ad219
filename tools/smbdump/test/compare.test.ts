import { missingPeers, peersRequired } from '@tsmbd/tool-test';
import test from 'ava';
import { Comparison, compare } from '../src/compare/compare.ts';
import { compareStatuses } from '../src/compare/statuses.ts';
import { subjects } from '../src/compare/subjects.ts';

const run = missingPeers(['tshark']).length === 0 || peersRequired() ? test : test.skip;

/** Few and small, but with every command, sealed and signed sessions, compounds and many information classes. */
const SUBSET =
  /(smbd-own-|smbd-rpcclient-srvsvc|smbd-smbclient-(311-aes-256-gcm|300-sealed|security|wrong-password|smb1)|smbd-smbtorture-(acls|create-blob|compound-related1|durable-v2|getinfo-(complex|fsinfo)|ioctl-copy|lease-break|lock-cancel|notify-dir|oplock-batch2|rename|streams)|tsmbd-own)/;

run('tshark reads the same fields with the same values, or it is known why not', async (t) => {
  t.timeout(120_000);
  const result = new Comparison();
  const chosen = subjects(SUBSET);
  t.true(chosen.length >= 20);
  for (const subject of chosen) await compare(subject, result);
  t.deepEqual(Object.fromEntries(result.unexplained), {});
  t.true(result.pdus > 1500, `${result.pdus} PDUs`);
  t.true(result.agreed > 80_000, `${result.agreed} fields`);
});

run("names of NTSTATUS are tshark's", async (t) => {
  const { unexplained, agreed } = await compareStatuses();
  t.deepEqual(unexplained, []);
  t.true(agreed > 300);
});
