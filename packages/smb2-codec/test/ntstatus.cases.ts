import { NtStatus, ntStatusName } from '@tsmbd/smb2-codec';
import test from 'ava';

test('a status has a name, and a number has its status [MS-ERREF 2.3.1]', (t) => {
  t.is(NtStatus.STATUS_ACCESS_DENIED, 0xc000_0022);
  t.is(NtStatus.STATUS_STOPPED_ON_SYMLINK, 0x8000_002d);
  t.is(ntStatusName(0xc000_0022), 'STATUS_ACCESS_DENIED');
  t.is(ntStatusName(0), 'STATUS_SUCCESS');
  t.is(ntStatusName(0xc000_0022 | 0), 'STATUS_ACCESS_DENIED');
  t.is(ntStatusName(0xdead_beef), '0xDEADBEEF');
});

test('no two statuses share a number, and all are unsigned [MS-ERREF 2.3.1]', (t) => {
  const codes = Object.values(NtStatus);
  t.is(new Set(codes).size, codes.length);
  t.true(codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 0xffff_ffff));
});
