import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  type FileId,
  FileInformationClass,
  fileAllocationInformation,
  fileEndOfFileInformation,
  fileStandardInformation,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { alteredVfs } from './altered-vfs.ts';
import { startServer } from './harness.ts';
import { create, type Mount, mount, queryInfo, setFileInfo, write } from './requests.ts';

async function allocated(m: Mount, fileId: FileId): Promise<bigint> {
  return decode(fileStandardInformation, await queryInfo(m, fileId, FileInformationClass.FileStandardInformation))
    .allocationSize;
}

test('a block that was reserved behind a file’s end shows, though a back end does not count it [MS-FSCC 2.4.4]', async (t) => {
  const vfs = alteredVfs((handle) => {
    // It keeps what it is asked to, and says nothing of it.
    handle.allocate = () => {};
  });
  const m = await mount(await startServer({}, { vfs }).logOn());
  const [{ fileId }, other] = [await create(m, 'f'), await create(m, 'f')];
  await write(m, fileId, 'x'.repeat(4096));
  const reserve = (allocationSize: bigint) =>
    setFileInfo(
      m,
      fileId,
      FileInformationClass.FileAllocationInformation,
      encode(fileAllocationInformation, { allocationSize }),
    );
  await reserve(5000n);
  t.is(await allocated(m, fileId), 8192n);
  t.is(await allocated(m, other.fileId), 4096n, 'what is not counted, another open cannot know');
  await reserve(1n << 20n);
  t.is(await allocated(m, fileId), 4096n, 'what a back end would count, and does not, it has not reserved');
  await reserve(5000n);
  const end = encode(fileEndOfFileInformation, { endOfFile: 4096n });
  await setFileInfo(m, fileId, FileInformationClass.FileEndOfFileInformation, end);
  t.is(await allocated(m, fileId), 4096n, 'until its length is set');
});
