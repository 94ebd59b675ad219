import { type Ace, ace } from './ace.ts';
import type { Codec } from './codec.ts';
import { CodecError } from './codec-error.ts';

/** An access control list, [MS-DTYP] 2.4.5. */
export interface Acl {
  /** ACL_REVISION (2), or ACL_REVISION_DS (4), which object types need. */
  readonly revision: number;
  readonly aces: readonly Ace[];
}

const HEADER_LENGTH = 8;

/**
 * ACL, [MS-DTYP] 2.4.5. Every entry lies within AclSize; bytes behind the last entry are skipped.
 */
export const acl: Codec<Acl> = {
  name: 'ACL',
  section: '[MS-DTYP] 2.4.5',
  decode(r) {
    const start = r.offset;
    const revision = r.u8('AclRevision');
    if (revision < 2 || revision > 4) r.fail('AclRevision', `${revision}, must be 2 to 4`, r.position - 1);
    r.skip(1, 'Sbz1');
    const size = r.u16('AclSize');
    const count = r.u16('AceCount');
    r.skip(2, 'Sbz2');
    const body = r.sub(acl, start + HEADER_LENGTH, size - HEADER_LENGTH, 'AclSize');
    r.skip(size - HEADER_LENGTH, 'AclSize');
    const aces: Ace[] = [];
    for (let i = 0; i < count; i++) {
      body.enter('Ace', i, ace);
      aces.push(ace.decode(body));
      body.leave();
    }
    return { revision, aces };
  },
  encode(w, value) {
    const start = w.position;
    w.u8(value.revision);
    w.u8(0);
    w.u16(0);
    w.u16(value.aces.length);
    w.u16(0);
    for (const entry of value.aces) ace.encode(w, entry);
    const size = w.position - start;
    if (size > 0xffff) throw new CodecError('ACL', 'AclSize', 0, `${value.aces.length} entries take ${size} bytes`);
    w.patch16(start + 2, size);
  },
};
