import type { VfsIdentity } from '../../vfs.ts';
import { libc } from '../libc.ts';
import { Native } from '../native.ts';
import { Capability, keepCapabilities } from './capabilities.ts';
import { NameService } from './name-service.ts';

/**
 * Whether this process may act as other users, so that `VfsOpenOptions.identity` of a POSIX back
 * end has an effect: it has CAP_SETUID and CAP_SETGID.
 */
export function canActAsUsers(): boolean {
  return libc().thread.canSwitch;
}

/** The users and groups of the system. */
export function nameService(): NameService {
  shared ??= new NameService(libc().native);
  return shared;
}

let shared: NameService | undefined;

/**
 * The user that the kernel sees in this thread now. Outside of the POSIX back end's own calls it is
 * the process's own.
 */
export function threadUser(): VfsIdentity {
  return libc().thread.now;
}

/**
 * What a server needs of root's powers. As root: those over files, for its own files and for what
 * it does as root on purpose; SETUID and SETGID to act as users (which takes the powers over files
 * away for that time); SYS_ADMIN for `security.` attributes; LEASE for leases of others' files;
 * NET_BIND_SERVICE for ports that a reload adds. A process that is not root has no powers over
 * files here: they would be its users' too, because nothing takes them away when it acts as one.
 */
const OF_ROOT = [
  Capability.CHOWN,
  Capability.DAC_OVERRIDE,
  Capability.DAC_READ_SEARCH,
  Capability.FOWNER,
  Capability.FSETID,
  Capability.SETGID,
  Capability.SETUID,
  Capability.NET_BIND_SERVICE,
  Capability.SYS_ADMIN,
  Capability.LEASE,
];
const OF_OTHERS = [Capability.SETGID, Capability.SETUID, Capability.NET_BIND_SERVICE];

/**
 * Gives up what a server does not need: CAP_SYS_RESOURCE above all, with which quotas and reserved
 * blocks would not hold for its users. It acts on the calling thread and on threads made later, so
 * it is called before any are made. Returns false if the system refused; the process then has what
 * it had.
 */
export function dropCapabilities(): boolean {
  return keepCapabilities(new Native(), process.geteuid?.() === 0 ? OF_ROOT : OF_OTHERS);
}
