import { type Codec, CodecError, Reader, Recording, RecordingReader, securityDescriptor } from '@tsmbd/ms-dtyp';
import test from 'ava';

interface Sample {
  readonly id: number;
  readonly name: string;
  readonly ids: readonly number[];
}

const sample: Codec<Sample> = {
  name: 'Sample',
  section: '[MS-TEST] 1.2',
  decode(r) {
    r.constant16(7, 'StructureSize');
    r.skip(2, 'Reserved');
    const id = r.u32('Id');
    const nameLength = r.u16('NameLength');
    const count = r.u16('Count');
    const name = r.utf16(nameLength, 'Name');
    return { id, name, ids: r.u16s(count, 'Ids') };
  },
  encode() {},
};

const BYTES = Uint8Array.of(7, 0, 0, 0, 5, 0, 0, 0, 4, 0, 2, 0, 97, 0, 98, 0, 1, 0, 2, 0);

function read(bytes: Uint8Array, lenient: boolean): { recording: Recording; value: Sample | undefined } {
  const recording = new Recording({ record: true, lenient });
  try {
    return { recording, value: sample.decode(new RecordingReader(recording, bytes, sample)) };
  } catch (error) {
    recording.note(error, 'Sample');
    return { recording, value: undefined };
  }
}

test('notes what a codec reads, and gives the same value', (t) => {
  const { recording, value } = read(BYTES, false);
  t.deepEqual(value, sample.decode(new Reader(BYTES, sample.name)));
  t.deepEqual(
    recording.fields!.map(({ path, offset, length, value }) => [path, offset, length, value]),
    [
      ['Sample.StructureSize', 0, 2, 7],
      ['Sample.Reserved', 2, 2, Uint8Array.of(0, 0)],
      ['Sample.Id', 4, 4, 5],
      ['Sample.NameLength', 8, 2, 4],
      ['Sample.Count', 10, 2, 2],
      ['Sample.Name', 12, 4, 'ab'],
      ['Sample.Ids[0]', 16, 2, 1],
      ['Sample.Ids[1]', 18, 2, 2],
    ],
  );
  t.true(recording.fields!.every(({ section, structure }) => section === '[MS-TEST] 1.2' && structure === 'Sample'));
});

test('a lenient reader takes what is there of what is variable, and notes the rest', (t) => {
  const cut = read(BYTES.subarray(0, 15), true);
  t.deepEqual(cut.value, { id: 5, name: 'a', ids: [] });
  t.deepEqual(
    cut.recording.problems.map(({ path, offset }) => [path, offset]),
    [
      ['Sample.Name', 12],
      ['Sample.Name', 12],
      ['Sample.Ids', 15],
    ],
  );
  const other = BYTES.slice();
  other[0] = 8;
  t.like(read(other, true), {
    value: { id: 5 },
    recording: { problems: [{ path: 'Sample.StructureSize', offset: 0 }] },
  });
  t.is(read(other, false).value, undefined);
  // A number that is not there ends the structure in every mode.
  t.like(read(BYTES.subarray(0, 6), true), { value: undefined, recording: { problems: [{ field: 'Id', offset: 4 }] } });
});

test('nested structures have their path, and count from the start of the message', (t) => {
  const bytes = new Uint8Array(8 + 20 + 12);
  const descriptor = bytes.subarray(8);
  descriptor.set([1, 0, 0, 0x80, 20, 0, 0, 0]);
  descriptor.set([1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0], 20);
  const recording = new Recording({ record: true });
  const value = securityDescriptor.decode(new RecordingReader(recording, bytes, securityDescriptor, 8));
  t.is(value.owner, 'S-1-5-18');
  t.like(
    recording.fields!.find(({ field }) => field === 'SubAuthority'),
    { path: 'SECURITY_DESCRIPTOR.Owner.SubAuthority', offset: 36, structure: 'SID', section: '[MS-DTYP] 2.4.2.2' },
  );
  descriptor[21] = 0;
  const error = t.throws(
    () => securityDescriptor.decode(new RecordingReader(new Recording({}), bytes, securityDescriptor, 8)),
    { instanceOf: CodecError },
  );
  t.like(error, { offset: 29, path: 'SECURITY_DESCRIPTOR.Owner.SubAuthorityCount' });
});
