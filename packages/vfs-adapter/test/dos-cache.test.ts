import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Errno } from '../src/posix/constants.ts';
import { FileSystems } from '../src/posix/file-system.ts';
import { Libc } from '../src/posix/libc.ts';
import { Xattrs } from '../src/posix/xattrs.ts';

/** A kernel before 6.13: no getxattrat. Counts the reads of attributes. */
class OlderLibc extends Libc {
  reads = 0;
  override getxattrat(): number {
    return -Errno.ENOSYS;
  }
  override fgetxattr(...args: Parameters<Libc['fgetxattr']>): number {
    this.reads++;
    return super.fgetxattr(...args);
  }
}

function fileOn(c: Libc): { fd: number; facts: () => unknown; end: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'dos-cache-'));
  const path = join(folder, 'f');
  writeFileSync(path, '');
  const fd = openSync(path, 'r');
  const at = openSync(folder, 'r');
  c.statFd(fd);
  const fs = new FileSystems(c).of(c.stat.device, fd);
  const xattrs = new Xattrs(c, c);
  const facts = (): unknown => {
    c.statFd(fd);
    return xattrs.facts({ fd, isPath: false, fs }, false).dos?.attributes;
  };
  // As at the start of a share: this shows that there is no getxattrat.
  c.statFd(at);
  xattrs.facts({ fd: at, isPath: true, fs }, true);
  const end = (): void => {
    closeSync(fd);
    closeSync(at);
    rmSync(folder, { recursive: true });
  };
  return { fd, facts, end };
}

test('before Linux 6.13, attributes are kept once the clock has ticked', async (t) => {
  const c = new OlderLibc();
  const { fd, facts, end } = fileOn(c);
  t.teardown(end);
  const value = Buffer.from('0x20\0');
  t.is(c.fsetxattr(fd, 'user.DOSATTRIB', value.subarray(0, 4)), 0);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  t.is(facts(), 0x20);
  const before = c.reads;
  t.is(facts(), 0x20);
  t.is(c.reads, before);
});

test('before Linux 6.13, what changes within the tick is seen', (t) => {
  const c = new OlderLibc();
  const { fd, facts, end } = fileOn(c);
  t.teardown(end);
  for (let i = 0; i < 2000; i++) {
    const attributes = i % 2 === 0 ? '0x22' : '0x20';
    c.fsetxattr(fd, 'user.DOSATTRIB', Buffer.from(attributes));
    t.is(facts(), Number(attributes), `change ${i}`);
  }
});

test('only a change time that the clock has passed is past', (t) => {
  const c = new Libc();
  const stat = { changeSeconds: 0, changeNanoseconds: 0 };
  Object.defineProperty(c, 'stat', { value: stat });
  t.true(c.hasTicked());
  const now = Math.floor(Date.now() / 1000);
  stat.changeSeconds = now + 2;
  t.false(c.hasTicked());
  // The kernel's coarse clock is up to a tick behind: it may still be in the second before.
  stat.changeSeconds = now - 2;
  stat.changeNanoseconds = 999_999_999;
  t.true(c.hasTicked());
});
