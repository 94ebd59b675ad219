import { upcase } from '@tsmbd/ms-dtyp';

/**
 * The spellings of a user's name that clients put into NTOWFv2, [MS-NLMP] 3.3.2: "Uppercase" there
 * depends on the client's own tables. The spelling of the specification comes first. A name that
 * has only ASCII letters has no other spelling. The list depends on the name, not on an account:
 * its length does not show whether an account exists.
 */
export function spellingsOf(user: string): readonly string[] {
  return [
    ...new Set([
      // Windows.
      upcase(user),
      // smbclient and other programs of Samba: the table of Windows 2000.
      olderUpcase(user),
      // Go, Java, Python, libunistring: current Unicode, one letter for each letter.
      unicodeUpcase(user),
      // Python and Java in another way: one letter may become several.
      user.toUpperCase(),
      // Heimdal: only ASCII letters.
      user.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()),
    ]),
  ];
}

/** Capitalizes by current Unicode, one letter for each letter. */
function unicodeUpcase(text: string): string {
  let upper = '';
  for (const letter of text) {
    const mapped = letter.toUpperCase();
    upper += mapped.length === letter.length ? mapped : letter;
  }
  return upper;
}

function olderUpcase(text: string): string {
  let upper = '';
  for (const unit of text.split('')) {
    const code = unit.charCodeAt(0);
    upper += YOUNGER.some(([first, last]) => first <= code && code <= last) ? unit : upcase(unit);
  }
  return upper;
}

/** Units whose capital (if they have one) was added to Windows after Windows 2000. */
const YOUNGER: readonly (readonly [first: number, last: number])[] = [
  [0x180, 0x180],
  [0x195, 0x195],
  [0x19a, 0x19e],
  [0x1bf, 0x1bf],
  [0x1f9, 0x1f9],
  [0x219, 0x251],
  [0x26b, 0x26b],
  [0x271, 0x271],
  [0x27d, 0x280],
  [0x289, 0x289],
  [0x28c, 0x28c],
  [0x371, 0x37d],
  [0x3d7, 0x3e1],
  [0x3f2, 0x3fb],
  [0x450, 0x450],
  [0x45d, 0x45d],
  [0x48b, 0x48f],
  [0x4c6, 0x4c6],
  [0x4ca, 0x4ca],
  [0x4ce, 0x4cf],
  [0x4ed, 0x4ed],
  [0x4f7, 0x4f7],
  [0x4fb, 0x523],
  [0x1d79, 0x1d7d],
  [0x1efb, 0x1eff],
  [0x1f80, 0x1fa7],
  [0x1fb3, 0x1fc3],
  [0x1ff3, 0x214e],
  [0x2184, 0x2184],
  [0x2c30, 0xa78c],
];
