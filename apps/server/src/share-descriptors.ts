import { CodecError, parseSddl, type SecurityDescriptor } from '@tsmbd/ms-dtyp';
import type { Share } from '@tsmbd/smb2-server';
import { chain } from '@tsmbd/vfs-adapter';

/** Where the security descriptors of shares are kept, as SDDL. */
export interface ShareDescriptors {
  readonly machineSid: string;
  shareDescriptor(share: string): string | undefined;
}

/**
 * The shares with the security descriptors that are kept for them. A descriptor that cannot be read
 * lets nobody in; `onBad` is told.
 */
export function withDescriptors(
  shares: readonly Share[],
  kept: ShareDescriptors,
  onBad: (share: string, reason: string) => void,
): Share[] {
  return shares.map((share) => {
    const text = kept.shareDescriptor(share.name);
    if (text === undefined) return share;
    return described(
      share,
      descriptorOf(text, kept.machineSid, (reason) => onBad(share.name, reason)),
    );
  });
}

function descriptorOf(text: string, machineSid: string, onBad: (reason: string) => void): SecurityDescriptor {
  try {
    return parseSddl(text, machineSid);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    onBad(error.message);
    return NOBODY;
  }
}

/** The share, and those that it becomes for its visitors, with a security descriptor. */
function described(share: Share, securityDescriptor: SecurityDescriptor): Share {
  const { at, current } = share;
  const known = new WeakMap<Share, Share>();
  const same = (other: Share): Share => {
    let mine = known.get(other);
    if (mine === undefined) {
      mine = { ...other, securityDescriptor, current: share.current && (() => now()) };
      known.set(other, mine);
    }
    return mine;
  };
  const now = (): Share | undefined => {
    const found = current?.();
    return found && same(found);
  };
  return {
    ...same(share),
    ...(at !== undefined && {
      at: (visitor) => chain(at(visitor), (own) => own && { ...own, securityDescriptor }),
    }),
  };
}

const NOBODY: SecurityDescriptor = { control: 0x8004, dacl: { revision: 2, aces: [] } };
