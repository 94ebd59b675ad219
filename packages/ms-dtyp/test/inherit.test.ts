import test from 'ava';
import { createInheritedDescriptor, formatSddl, parseSddl } from '../src/index.ts';

const OWNER = 'S-1-5-21-1-2-3-1001';
const GROUP = 'S-1-5-21-1-2-3-513';

function inherit(parent: string | undefined, isDirectory: boolean, creator?: string): string {
  const sd = createInheritedDescriptor({
    parent: parent === undefined ? undefined : parseSddl(parent),
    creator: creator === undefined ? undefined : parseSddl(creator),
    isDirectory,
    owner: OWNER,
    group: GROUP,
  });
  return formatSddl(sd).replaceAll(OWNER, 'own').replaceAll(GROUP, 'grp');
}

const DEFAULT = 'O:ownG:grpD:(A;;FA;;;own)(A;;FA;;;SY)';

test('nothing to inherit: the default DACL of the token [MS-DTYP 2.5.3.4.1]', (t) => {
  t.is(inherit(undefined, false), DEFAULT);
  t.is(inherit('O:BAG:BAD:(A;;FA;;;WD)', true), DEFAULT);
  t.is(inherit('O:BAG:BA', true), DEFAULT);
});

/**
 * The flags of a parent's entry, and of what a file and a directory get of it; undefined: nothing.
 */
const FLAGS: readonly (readonly [string, string | undefined, string | undefined])[] = [
  ['', undefined, undefined],
  ['OI', '', 'OIIO'],
  ['CI', undefined, 'CI'],
  ['OICI', '', 'OICI'],
  ['OINP', '', undefined],
  ['CINP', undefined, ''],
  ['OICINP', '', ''],
  ['IO', undefined, undefined],
  ['OIIO', '', 'OIIO'],
  ['CIIO', undefined, 'CI'],
  ['OICIIO', '', 'OICI'],
  ['OICINPIO', '', ''],
];

test('each combination of inheritance flags gives what it should [MS-DTYP 2.5.3.4.3]', (t) => {
  for (const [flags, file, directory] of FLAGS) {
    const expected = (got: string | undefined): string =>
      got === undefined ? DEFAULT : `O:ownG:grpD:(A;${got};0x1;;;BU)`.replaceAll('0x1', 'CC');
    t.is(inherit(`O:BAG:BAD:(A;${flags};0x1;;;BU)`, false), expected(file), `file of ${flags}`);
    t.is(inherit(`O:BAG:BAD:(A;${flags};0x1;;;BU)`, true), expected(directory), `directory of ${flags}`);
  }
});

test('CREATOR OWNER and GROUP become the creator, and stay for those below [MS-DTYP 2.5.3.4.3]', (t) => {
  t.is(inherit('D:(A;OICI;FR;;;CO)(A;OICI;FR;;;CG)', false), 'O:ownG:grpD:(A;;FR;;;own)(A;;FR;;;grp)');
  t.is(inherit('D:(A;OICI;FR;;;CO)', true), 'O:ownG:grpD:(A;;FR;;;own)(A;OICIIO;FR;;;CO)');
  t.is(inherit('D:(A;OI;FR;;;CO)', true), 'O:ownG:grpD:(A;OIIO;FR;;;CO)');
  t.is(inherit('D:(A;CINP;FR;;;CO)', true), 'O:ownG:grpD:(A;;FR;;;own)');
});

test('generic bits are mapped where they take effect and handed down as they are [MS-DTYP 2.5.3.4.3]', (t) => {
  t.is(inherit('D:(A;OICI;GA;;;BU)', false), 'O:ownG:grpD:(A;;FA;;;BU)');
  t.is(inherit('D:(A;OICI;GA;;;BU)', true), 'O:ownG:grpD:(A;;FA;;;BU)(A;OICIIO;GA;;;BU)');
});

test('a parent that inherits automatically marks what it gives [MS-DTYP 2.5.3.4.2]', (t) => {
  t.is(inherit('D:AI(A;OICI;FR;;;BU)', false), 'O:ownG:grpD:AI(A;ID;FR;;;BU)');
  t.is(inherit('D:AI(A;OICI;FR;;;BU)', true), 'O:ownG:grpD:AI(A;OICIID;FR;;;BU)');
});

test("a creator's DACL comes first, and alone when it is protected [MS-DTYP 2.5.3.4.2]", (t) => {
  t.is(inherit('D:AI(A;OICI;FR;;;BU)', false, 'O:BAD:(A;;GR;;;WD)'), 'O:BAG:grpD:AI(A;;FR;;;WD)(A;ID;FR;;;BU)');
  t.is(inherit('D:AI(A;OICI;FR;;;BU)', false, 'D:P(A;;FR;;;WD)'), 'O:ownG:grpD:P(A;;FR;;;WD)');
  t.is(inherit('D:(A;OICI;FR;;;BU)', false, 'D:(A;;FR;;;WD)'), 'O:ownG:grpD:(A;;FR;;;WD)');
  t.is(inherit('D:AI(A;OICI;FR;;;BU)', false, 'D:NO_ACCESS_CONTROL'), 'O:ownG:grpD:NO_ACCESS_CONTROL');
});

test('entries that the creator copied from the parent do not come twice [MS-DTYP 2.5.3.4.4]', (t) => {
  t.is(
    inherit('D:AI(A;OICI;FR;;;BU)', false, 'D:AI(A;ID;FR;;;BU)(A;;FX;;;WD)'),
    'O:ownG:grpD:AI(A;;FX;;;WD)(A;ID;FR;;;BU)',
  );
});

test("CREATOR OWNER in a creator's DACL is the owner it asks for [MS-DTYP 2.5.3.4.6]", (t) => {
  t.is(inherit(undefined, true, 'O:BAD:(A;OICI;GA;;;CO)'), 'O:BAG:grpD:(A;;FA;;;BA)(A;OICIIO;GA;;;CO)');
});

test('audit entries are inherited by themselves [MS-DTYP 2.5.3.4.1]', (t) => {
  t.is(inherit('D:S:(AU;OICISAFA;FA;;;WD)', false), `${DEFAULT}S:(AU;SAFA;FA;;;WD)`);
});
