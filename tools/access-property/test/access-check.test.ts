import { AccessMask, accessCheck, FILE_GENERIC_MAPPING } from '@tsmbd/ms-dtyp';
import { seeded } from '@tsmbd/tool-random';
import test from 'ava';
import { storedDescriptor } from '../src/generate/descriptors.ts';
import { rightsOf } from '../src/index.ts';
import { TOKENS, USERS } from '../src/people.ts';

test("two access checks, the tree's and the model's, agree on random descriptors [MS-DTYP 2.5.3.2]", (t) => {
  const next = seeded(20_261_126);
  let compared = 0;
  for (let i = 0; i < 5000; i++) {
    const descriptor = storedDescriptor(next);
    if (descriptor === undefined) continue;
    for (const user of USERS) {
      const token = { user: '', groups: TOKENS[user] };
      const { granted } = accessCheck(descriptor, token, AccessMask.MAXIMUM_ALLOWED, FILE_GENERIC_MAPPING);
      if (granted !== rightsOf(descriptor, user)) t.is(rightsOf(descriptor, user), granted, JSON.stringify(descriptor));
      compared++;
    }
  }
  t.true(compared > 10_000);
});
