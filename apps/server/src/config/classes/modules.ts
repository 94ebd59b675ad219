import { group, ON, type VerdictGroup } from '../verdict.ts';

const NO_PREVIOUS = 'previous versions are not shown';
const NO_MAC = 'macOS is served as any other client, without the extensions of Apple';

/**
 * Modules of `vfs objects`. Those whose work is done here in any case are in none of the groups.
 */
export const MODULES: readonly VerdictGroup[] = [
  group(
    'none',
    'its work is done in any case',
    'acl_xattr, streams_xattr, aio_fork, aio_linux, aio_posix, aio_pthread, btrfs, default_quota, dirsort, fileid, io_uring, linux_xfs_sgid, posix_eadb_none, readahead, preopen, syncops',
  ),
  group('less', NO_MAC, 'fruit, catia, netatalk'),
  group('none', 'previous versions are shown as it says', 'shadow_copy2'),
  group('less', NO_PREVIOUS, 'shadow_copy, shadow_copy_zfs, snapper, shell_snap'),

  group('less', 'operations are not in an audit log', 'audit, extd_audit, full_audit, time_audit'),
  group('less', 'names are kept as they are written', 'cap, crossrename, media_harmony, unityed_media'),
  group('less', 'streams that it has kept in files are not seen', 'streams_depot'),
  group('refused', 'what is deleted is gone: there is no bin', 'recycle, virtual_recycle'),
  group('refused', 'files could be changed that are to stay as they are', 'worm, read_only'),
  group('refused', 'files are not looked at for viruses', 'virusfilter, vscan'),
  group(
    'refused',
    'descriptors that it keeps elsewhere would not hold',
    'acl_tdb, xattr_tdb, posix_eadb, nfs4acl_xattr, zfsacl, ixnas, zfs_core, aixacl, gpfs, afsacl',
  ),
  group(
    'refused',
    'the share would be another folder',
    'ceph, ceph_snapshots, glusterfs, glusterfs_fuse, dfs_samba4, widelinks, expand_msdfs, nfs, fake_perms, tsmsm, hpuxacl, solarisacl, tru64acl',
  ),
];

/** Options of modules, by what stands before the colon; the module itself says what is missing. */
export const MODULE_OPTIONS: readonly VerdictGroup[] = [
  group('less', 'Time Machine is not offered to macOS', 'fruit:time machine', ON),
  group(
    'less',
    'the snapshots are where shadow:snapdir says, and no other program is asked for them',
    'shadow:snapdirseverywhere, shadow:crossmountpoints, shadow:snapprefix, shadow:sscanf',
    /^(?!no$|false$|off$|0$)./i,
  ),
  group('none', 'previous versions are shown as it says', 'shadow:fixinodes, shadow:delimiter, shadow:snapprefix'),
  group('none', 'descriptors and streams are kept as it says', 'acl_xattr:*, streams_xattr:*, posix:*'),
  group(
    'none',
    'it is an option of a module',
    'fruit:*, catia:*, shadow:*, shadow_copy:*, full_audit:*, audit:*, extd_audit:*, recycle:*, streams_depot:*, nfs4:*, zfsacl:*, virusfilter:*, worm:*, readahead:*, preopen:*, cap:*, crossrename:*, snapper:*, time_audit:*, btrfs:*, dirsort:*, gpfs:*, glusterfs:*, ceph:*, ixnas:*, aio_pthread:*, fileid:*, media_harmony:*, netatalk:*, default_quota:*, linux_xfs_sgid:*, tsmsm:*, xattr_tdb:*, syncops:*, commit:*, vfs_*',
  ),
  group('none', 'there is no winbind: no users of other machines', 'idmap config *, idmap *'),
  group(
    'none',
    'it is of parts of Samba that are not here',
    'smbd:*, gensec:*, gensec_*, auditlog:*, ldapsam:*, kdc:*, dns:*, rpc_server:*, rpc_daemon:*, spoolss:*, dsdb:*, drs:*, dreplsrv:*, netlogon:*, samr:*, auth_audit:*, username map script:*, tdb:*, dbwrap_tdb_mutexes:*, dbwrap_tdb_require_mutexes:*, notify:*, locking.tdb:*, map untrusted to domain, share backend, share backend:*',
  ),
];
