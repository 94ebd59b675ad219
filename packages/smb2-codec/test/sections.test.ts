import type { Codec } from '@tsmbd/ms-dtyp';
import * as codec from '@tsmbd/smb2-codec';
import test from 'ava';

test('every codec says where it is specified', (t) => {
  let count = 0;
  const named = new Set<string>();
  const check = (key: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { name, section, decode } = value as Partial<Codec<unknown>>;
    if (typeof decode !== 'function') {
      if (key === 'commandCodecs' || key.startsWith('commandCodecs.')) {
        for (const [inner, v] of Object.entries(value)) check(`${key}.${inner}`, v);
      }
      return;
    }
    count++;
    named.add(name!);
    t.regex(section ?? '', /^(\[MS-[A-Z0-9]+\] \d+(\.\d+)+|SMB3 POSIX Extensions|Apple's SMB2 extensions)$/, key);
  };
  for (const [key, value] of Object.entries(codec)) check(key, value);
  t.true(count > 180 && named.size > 120, `${count} codecs, ${named.size} names`);
});
