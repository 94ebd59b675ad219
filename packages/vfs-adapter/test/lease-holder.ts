/**
 * A server for tests, in a process of its own because threads get no signals: `lease-holder FOLDER
 * NAME` opens the file and takes a lease. Says `held` or `refused`, `wanted` when somebody waits
 * for the file; every line of input ends the lease, and is answered by `ended`; `open` has it open
 * the file once more, refusing to wait.
 */
import { createInterface } from 'node:readline';
import { createPosixVfs, VfsError } from '../src/index.ts';

const [root = '', name = ''] = process.argv.slice(2);
const vfs = createPosixVfs({ root });
const { handle } = await vfs.open([name], { disposition: 'open-or-create', kind: 'file', data: 'read-write' });
console.log(handle.lease?.(() => console.log('wanted')) === true ? 'held' : 'refused');
for await (const line of createInterface(process.stdin)) {
  if (line === 'open') {
    try {
      await vfs.open([name], { disposition: 'open', kind: 'file', data: 'read', ifLeased: 'refuse' });
      console.log('opened');
    } catch (error) {
      console.log(error instanceof VfsError ? error.code : error);
    }
  } else {
    handle.endLease?.();
    console.log('ended');
  }
}
