import { hostname } from 'node:os';
import type { CipherName, ServerConfig, Share, SigningName, Visitor } from '@tsmbd/smb2-server';
import { createPosixVfs, type Vfs, VfsError, type VfsIdentity } from '@tsmbd/vfs-adapter';
import { DEFAULT_CONFIG } from '../default-config.ts';
import { ipcShare, toShare } from '../serve.ts';
import { systemReason } from '../system-error.ts';
import { accessOf, actsAsOf } from './acts-as.ts';
import { DIALECTS } from './dialects.ts';
import { type HostWorld, hostsRule } from './hosts.ts';
import type { Settings } from './load.ts';
import { type NamedUsers, NOBODY_NAMED } from './named-users.ts';
import type { GlobalValues, ShareValues } from './parameters.ts';
import { foldersPerConnect } from './per-connect.ts';
import { hasShadowCopies, withShadowCopies } from './shadow-copies.ts';
import { shareOfFolder } from './share-folder.ts';
import { isPerConnect, substituted } from './substitutions.ts';

/** SMB2_SHAREFLAG_*_CACHING, [MS-SMB2] 2.2.10. */
const CACHING = { manual: 0x00, documents: 0x10, programs: 0x20, disable: 0x30 } as const;

/** `bad uid` has no effect: every account that logs on is one of the server's own accounts. */
const GUESTS = { never: 'never', 'bad user': 'bad-user', 'bad password': 'bad-password', 'bad uid': 'never' } as const;

const SIGNING: Readonly<Record<string, SigningName>> = {
  'AES-128-GMAC': 'aes-gmac',
  'AES-128-CMAC': 'aes-cmac',
  'HMAC-SHA256': 'hmac-sha256',
};

/**
 * The server's name for NetBIOS and NTLM: the configured one, or else the first part of the host
 * name.
 */
export function netbiosNameOf(global: GlobalValues): string {
  return (global.netbiosName || hostname().split('.')[0]!).slice(0, 15).toUpperCase();
}

/** The engine's settings of a configuration. */
export function serverConfigOf(
  global: GlobalValues,
  serverGuid: string,
  hosts: HostWorld,
  guestUser?: VfsIdentity,
): ServerConfig {
  return {
    ...DEFAULT_CONFIG,
    serverGuid,
    netbiosName: netbiosNameOf(global),
    domain: global.workgroup.toUpperCase(),
    dnsName: hostname().toLowerCase(),
    minDialect: DIALECTS[global.minProtocol],
    maxDialect: DIALECTS[global.maxProtocol],
    signingRequired: global.signing === 'mandatory',
    encryption: global.encryption,
    compression: global.compression === 'auto',
    ciphers: global.ciphers.map((name) => name.toLowerCase() as CipherName),
    signingAlgorithms: global.signingAlgorithms.map((name) => SIGNING[name]!),
    guest: GUESTS[global.mapToGuest],
    guestUser,
    admits: hostsRule(global.hostsAllow, global.hostsDeny, hosts),
    deadTimeMs: global.deadtime * 60_000,
    allowAnonymous: global.restrictAnonymous === 0,
    maxSessions: global.maxSessions,
    maxOpensPerSession: global.maxOpenFiles,
    maxCredits: global.maxCredits,
    maxReadSize: global.maxRead,
    maxWriteSize: global.maxWrite,
    maxTransactSize: global.maxTransact,
    leases: global.leases,
    changeNotify: global.changeNotify,
    tortureHooks: global.tortureHooks,
    sessionLifetimeS: global.sessionLifetime * 60,
  };
}

/** Says in the log why somebody could not connect. */
export type OnRefused = (share: string, error: unknown) => void;

/**
 * The shares of a configuration, and IPC$. A share whose folder is missing is among them; its
 * folder is looked for again when a client connects.
 */
export async function sharesOf(
  settings: Settings,
  hosts: HostWorld,
  onRefused: OnRefused = () => {},
  named: NamedUsers = NOBODY_NAMED,
): Promise<Share[]> {
  const shares: Share[] = [ipcShare()];
  for (const [name, values] of settings.shares) {
    if (!values.available) continue;
    shares.push(
      isPerConnect(values.path)
        ? sharePerConnect(name, values, { hosts, named }, onRefused)
        : shareAt(name, values, { hosts, named }, onRefused),
    );
  }
  return shares;
}

/** What a configuration refers to. */
interface World {
  readonly hosts: HostWorld;
  readonly named: NamedUsers;
}

function shareAt(name: string, values: ShareValues, world: World, onRefused: OnRefused): Share {
  const root = substituted(values.path, { share: name });
  if (root === undefined) throw new Error(`[${name}]: the share's name cannot be a folder's in ${values.path}`);
  return shareOfFolder({
    root,
    open: (folder) => backEnd(folder, values),
    share: (vfs) => shareOf(name, values, world, vfs),
    onMissing: (error) => onRefused(name, new Error(`${root}: ${folderProblem(error)}`, { cause: error })),
  });
}

function folderProblem(error: unknown): string {
  return error instanceof VfsError ? error.code : systemReason(error);
}

/** A share whose folder depends on the tree connect. */
function sharePerConnect(name: string, values: ShareValues, world: World, onRefused: OnRefused): Share {
  const { path, makePath, directoryMask } = values;
  const find = foldersPerConnect(
    {
      share: name,
      path,
      makeMode: makePath ? 0o777 & directoryMask : undefined,
      open: (root) => backEnd(root, values),
    },
    (error) => onRefused(name, error),
  );
  const base = shareOf(name, values, world, undefined);
  const at = (visitor: Visitor): Share | undefined => {
    const vfs = find(visitor);
    return vfs && { ...base, vfs, place: vfs.place };
  };
  return { ...base, at };
}

function backEnd(root: string, values: ShareValues): Vfs {
  const open = (folder: string, readOnly: boolean): Vfs =>
    createPosixVfs({
      root: folder,
      caseSensitive: values.caseSensitive,
      followSymlinks: values.followSymlinks,
      readOnly,
      namedStreams: values.namedStreams,
      xattrsPerStream: values.xattrsPerStream,
      fileMode: (0o666 & values.createMask) | values.forceCreateMode,
      directoryMode: (0o777 & values.directoryMask) | values.forceDirectoryMode,
      inheritOwner: values.inheritOwner === 'yes',
      ignoreSystemAcls: values.ignoreSystemAcls,
      userDescriptors: values.descriptorXattr === 'user.NTACL',
      inheritPermissions: values.inheritPermissions,
    });
  const vfs = open(root, isReadOnly(values));
  return hasShadowCopies(values) ? withShadowCopies(vfs, root, values, (folder) => open(folder, true)) : vfs;
}

function isReadOnly({ readOnly, writeList }: ShareValues): boolean {
  return readOnly && writeList.length === 0;
}

function shareOf(name: string, values: ShareValues, { hosts, named }: World, vfs: Vfs | undefined): Share {
  return toShare(name, {
    vfs,
    comment: values.comment,
    readOnly: isReadOnly(values),
    encrypt: values.encryption === 'required',
    compress: values.compressData,
    guestOk: values.guestOk,
    guestOnly: values.guestOnly,
    admits: hostsRule(values.hostsAllow, values.hostsDeny, hosts),
    vetoFiles: values.vetoFiles,
    deleteVetoFiles: values.deleteVetoFiles,
    browseable: values.browseable,
    hideUnreadable: values.hideUnreadable,
    hideUnwriteable: values.hideUnwriteable,
    hideSpecial: values.hideSpecial,
    keepsAutoInherited: !values.aclFlagCanonical,
    oplocks: values.oplocks,
    level2Oplocks: values.level2Oplocks,
    kernelOplocks: values.kernelOplocks,
    posixLocking: values.posixLocking,
    strictLocking: values.strictLocking,
    kernelChangeNotify: values.kernelChangeNotify,
    durableHandles: values.durableHandles,
    continuouslyAvailable: values.continuousAvailability,
    hideDotFiles: values.hideDotFiles,
    hideFiles: values.hideFiles,
    ...(values.mangledNames === 'yes' && { shortNamePrefix: values.manglePrefix }),
    maxConnections: values.maxConnections,
    caching: CACHING[values.cscPolicy],
    ...(values.volume !== '' && { volumeLabel: values.volume }),
    access: (identity) => accessOf(identity, values, named),
    actsAs: actsAsOf(values, named),
  });
}
