import type { RecordedField } from '@tsmbd/ms-dtyp';
import type { DissectedPdu } from '@tsmbd/smb2-codec';
import type { TsharkField } from './tshark.ts';

/** What an explanation may look at. */
export interface Case {
  readonly field: TsharkField;
  readonly fields: readonly RecordedField[];
  readonly dissected: DissectedPdu;
  /** Path of the tree that it is for. */
  readonly tree: string | undefined;
  readonly asked: { readonly infoType: number; readonly infoClass: number } | undefined;
  /** The element in hex. */
  readonly hex: string;
}

/** A difference that is known: who is right, and why. */
export interface Explanation {
  readonly names: readonly string[];
  /** Whether this is the difference that is meant; it is as narrow as it can be. */
  readonly test: (seen: Case) => boolean;
  readonly right: 'both' | 'we' | 'tshark';
  readonly why: string;
}

/** Its bytes lie within one field of ours, by one of these names. */
function partOf(...names: readonly string[]) {
  return ({ field, fields, hex }: Case): boolean =>
    hex.startsWith(field.hex, field.offset * 2) &&
    fields.some(
      (ours) =>
        names.includes(ours.field) &&
        ours.offset <= field.offset &&
        ours.offset + ours.length >= field.offset + field.length,
    );
}

/** Its bytes are those of several fields of ours, one behind the other. */
function sumOf(...names: readonly string[]) {
  return ({ field, fields }: Case): boolean => {
    let at = field.offset;
    for (const name of names) {
      const ours = fields.find((one) => one.field === name && one.offset === at);
      if (ours === undefined) return false;
      at += ours.length;
    }
    return at === field.offset + field.length;
  };
}

/** A field of ours of that name and value begins there. */
function holds(names: readonly string[], test: (value: RecordedField['value'], shown: string) => boolean) {
  return ({ field, fields }: Case): boolean =>
    fields.some((ours) => names.includes(ours.field) && ours.offset === field.offset && test(ours.value, field.value));
}

const isError = ({ dissected }: Case): boolean => dissected.kind === 'error';
const isResponse = ({ dissected }: Case): boolean => dissected.kind === 'response' || dissected.kind === 'error';

/** The sub-authorities from there on, as tshark joins them. */
function subAuthorities({ field, fields }: Case): string {
  return fields
    .filter(
      ({ offset, path }) =>
        /\.SubAuthority\[?/.test(path) && offset >= field.offset && offset < field.offset + field.length,
    )
    .map(({ value }) => String(value))
    .join('-');
}

const ALL_ONES = 0xffff_ffff_ffff_ffffn;

/** Every known difference between tshark 4.0 and this dissector. */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    names: ['smb2.protocol_id'],
    test: ({ field }) => field.value === '0xfe534d42' && field.hex === 'fe534d42',
    right: 'both',
    why: '[MS-SMB2] 2.2.1.2: the same four bytes; tshark writes them in the order of the wire',
  },
  {
    names: ['smb2.channel_sequence', 'smb2.reserved'],
    test: partOf('Status'),
    right: 'both',
    why: '[MS-SMB2] 2.2.1.2: ChannelSequence and Reserved of a request are one field with Status; we read them as Status',
  },
  {
    names: ['smb2.flags.priority_mask'],
    test: holds(['Flags'], (value, shown) => shown === '1' && (Number(value) & 0x70) !== 0),
    right: 'we',
    why: '[MS-SMB2] 2.2.1.2: SMB2_FLAGS_PRIORITY_MASK is a number of three bits; tshark 4.0 shows whether it is zero',
  },
  {
    names: ['smb2.tree'],
    test: ({ field, tree }) => field.offset === 36 && field.value === tree,
    right: 'both',
    why: 'the path of the TREE_CONNECT that gave the TreeId, no field of the message; ours is the same',
  },
  {
    names: ['smb2.fid'],
    test: sumOf('Persistent', 'Volatile'),
    right: 'both',
    why: '[MS-SMB2] 2.2.14.1: a FileId is two numbers of 64 bits; tshark shows its 16 bytes as a GUID',
  },
  {
    names: ['smb2.fid'],
    test: partOf('DurableRequest'),
    right: 'we',
    why: '[MS-SMB2] 2.2.13.2.3: DurableRequest is reserved and names no file; tshark shows it as a FileId',
  },
  {
    names: ['smb2.class', 'smb2.file_info.infolevel', 'smb2.fs_info.infolevel', 'smb2.sec_info.infolevel'],
    test: (seen) =>
      isResponse(seen) &&
      seen.asked !== undefined &&
      Number(seen.field.value) === (seen.field.name === 'smb2.class' ? seen.asked.infoType : seen.asked.infoClass),
    right: 'both',
    why: '[MS-SMB2] 2.2.38, 2.2.40: no field of the response; tshark repeats what was asked for, which we keep with the request',
  },
  {
    names: [
      'smb2.create.time',
      'smb2.last_access.time',
      'smb2.last_write.time',
      'smb2.last_change.time',
      'smb2.boot_time',
      'smb.create.time',
    ],
    test: ({ field, fields }) =>
      field.value === 'Jan  1, 1970 00:00:00.000000000 UTC' &&
      fields.some(({ offset, length, value }) => offset === field.offset && length === 8 && value === 0n),
    right: 'we',
    why: '[MS-DTYP] 2.3.3: a FILETIME counts from 1601; zero, which means that there is none, is not 1970',
  },
  {
    names: ['smb2.create.time', 'smb2.last_access.time', 'smb2.last_write.time', 'smb2.last_change.time'],
    test: ({ field, fields }) =>
      field.hex === 'ffffffffffffffff' &&
      fields.some(({ offset, value }) => offset === field.offset && value === ALL_ONES),
    right: 'we',
    why: '[MS-FSCC] FileBasicInformation: -1 tells the server to leave a time alone; tshark shows a time in the year 60056',
  },
  {
    names: ['smb2.ea_size', 'smb2.short_name_len', 'smb2.reserved', 'smb2.shortname'],
    test: (seen) =>
      partOf('MaxAccess', 'Flags', 'UnixMode')(seen) ||
      sumOf('RsrcForkLen', 'FinderType', 'FinderCreator', 'FinderFlags', 'FinderExtFlags', 'FinderDateAdded')(seen),
    right: 'we',
    why: "Apple's SMB2 extensions: the connection agreed on READDIRATTR, which puts other things there; tshark does not know",
  },
  {
    names: ['smb2.aapl.model_string', 'smb2.aapl.server_path'],
    test: (seen) => sumOf('ModelStringLength', 'ModelString')(seen) || sumOf('ServerPathLen', 'ServerPath')(seen),
    right: 'both',
    why: 'the text with the length before it, which we show as two fields',
  },
  {
    names: ['smb2.olb.length'],
    test: sumOf('NameLength', 'Reserved'),
    right: 'we',
    why: '[MS-SMB2] 2.2.13.2: NameLength of a create context has two bytes, with two reserved behind it; tshark reads four',
  },
  {
    names: ['smb2.sec_mode', 'smb2.sec_mode.sign_enabled', 'smb2.sec_mode.sign_required'],
    test: (seen) => seen.field.length === 1 && partOfBits(seen, 'SecurityMode'),
    right: 'we',
    why: '[MS-SMB2] 2.2.3, 2.2.4, 2.2.31.4: SecurityMode has two bytes there; tshark reads the first',
  },
  {
    names: [
      'smb2.session_flags',
      'smb2.ses_flags.guest',
      'smb2.ses_flags.null',
      'smb2.ses_flags.encrypt',
      'smb2.olb.offset',
      'smb2.olb.length',
    ],
    test: (seen) => isError(seen) && seen.dissected.command === 'SESSION_SETUP' && seen.field.offset >= 66,
    right: 'we',
    why: '[MS-SMB2] 3.3.4.4: a failed SESSION_SETUP is answered with an ERROR Response; tshark reads a SESSION_SETUP Response',
  },
  {
    names: ['smb2.error.data'],
    test: (seen) => isError(seen) && seen.field.length === 1 && seen.dissected.payloads.length === 0,
    right: 'both',
    why: '[MS-SMB2] 2.2.2: with ByteCount 0 there is one byte that is no data; we leave it out',
  },
  {
    names: ['smb2.preauth_hash'],
    test: ({ field }) => field.offset === 0,
    right: 'both',
    why: 'computed by tshark over the message, no field of it',
  },
  {
    names: ['smb2.reserved'],
    test: partOf('LockSequenceNumber/LockSequenceIndex'),
    right: 'we',
    why: '[MS-SMB2] 2.2.26: LockSequenceNumber and LockSequenceIndex, since SMB 2.1; tshark calls them reserved',
  },
  {
    names: ['smb2.reserved'],
    test: (seen) => seen.dissected.command === 'READ' && isResponse(seen) && partOf('Flags')(seen),
    right: 'we',
    why: '[MS-SMB2] 2.2.20: Flags, since SMB 3.1.1; tshark calls them reserved',
  },
  {
    names: ['smb2.reserved'],
    test: partOf('ContextLength'),
    right: 'we',
    why: '[MS-SMB2] 2.2.32.3: ContextLength of a resume key; tshark calls it reserved',
  },
  {
    names: ['smb2.unknown'],
    test: sumOf('Reserved1', 'Reserved2'),
    right: 'both',
    why: '[MS-SMB2] 2.2.17: two reserved fields, which tshark shows as one',
  },
  {
    names: ['smb2.unknown'],
    test: ({ field, fields, dissected }) =>
      dissected.command === 'SET_INFO' || dissected.command === 'QUERY_INFO' || dissected.command === 'IOCTL'
        ? fields.some(({ offset, length }) => offset === field.offset && length > 0)
        : false,
    right: 'we',
    why: 'a class or FSCTL that tshark does not know, which has its structure in [MS-FSCC]',
  },
  {
    names: ['smb2.tree'],
    test: ({ field, tree }) => field.offset === 36 && tree === undefined,
    right: 'we',
    why: '[MS-SMB2] 3.3.5.8: the tree was disconnected before; tshark goes on to show the path that its id had',
  },
  {
    names: ['smb2.file_disposition_info'],
    test: ({ field, dissected }) => field.offset + field.length > dissected.length,
    right: 'we',
    why: '[MS-SMB2] 2.2.39: BufferLength ends the structure; tshark counts the rest of the compound in',
  },
  {
    names: ['smb2.channel_info_offset', 'smb2.channel_info_length'],
    test: partOf('WriteChannelInfo'),
    right: 'both',
    why: '[MS-SMB2] 2.2.22: WriteChannelInfoOffset and WriteChannelInfoLength of a response are reserved; we read them as one',
  },
  {
    names: ['smb2.share.caching'],
    test: holds(['ShareFlags'], (value, shown) => Number(shown) === (Number(value) & 0x30)),
    right: 'both',
    why: '[MS-SMB2] 2.2.10: the caching bits of ShareFlags; tshark does not say that it masks them',
  },
  {
    names: ['smb2.alignment_info'],
    test: ({ field }) => field.value === `0x${field.hex}`,
    right: 'we',
    why: '[MS-FSCC] FileAlignmentInformation: the number is little-endian; tshark reads it big-endian',
  },
  {
    names: ['smb2.fsctl.set_sparse'],
    test: holds(['SetSparse'], (value, shown) => shown === (Number(value) === 0 ? '0' : '1')),
    right: 'both',
    why: '[MS-FSCC] FSCTL_SET_SPARSE: anything but zero is true; we keep the byte',
  },
  {
    names: ['smb2.ioctl.network_interfaces.rss_queue_count'],
    test: partOf('Reserved'),
    right: 'we',
    why: '[MS-SMB2] 2.2.32.5: the field is reserved',
  },
  {
    names: ['smb2.windows.sockaddr.port'],
    test: sumOf('Port', 'Port'),
    right: 'both',
    why: '[MS-SMB2] 2.2.32.5.1: the port is big-endian, we read its bytes',
  },
  {
    names: ['smb2.windows.sockaddr.in6.flow_info', 'smb2.windows.sockaddr.in6.scope_id'],
    test: (seen) => partOf('FlowInfo')(seen) || partOf('ScopeId')(seen),
    right: 'we',
    why: '[MS-SMB2] 2.2.32.5.1.2: FlowInfo and ScopeId have four bytes; tshark reads two',
  },
  {
    names: ['nt.acl.num_aces'],
    test: sumOf('AceCount', 'Sbz2'),
    right: 'we',
    why: '[MS-DTYP] 2.4.5: AceCount has two bytes, with Sbz2 behind it; tshark reads four',
  },
  {
    names: ['nt.acl.revision'],
    test: sumOf('AclRevision', 'Sbz1'),
    right: 'we',
    why: '[MS-DTYP] 2.4.5: AclRevision has one byte, with Sbz1 behind it; tshark reads two',
  },
  {
    names: ['nt.sec_desc.revision'],
    test: sumOf('Revision', 'Sbz1'),
    right: 'we',
    why: '[MS-DTYP] 2.4.6: Revision has one byte, with Sbz1 behind it; tshark reads two',
  },
  {
    names: ['nt.sid.subauth'],
    test: (seen) => subAuthorities(seen) === seen.field.value,
    right: 'both',
    why: '[MS-DTYP] 2.4.2.2: tshark shows all sub-authorities as one text; the numbers are ours',
  },
  {
    names: ['smb.file'],
    test: holds(['RequestFileName'], (value, shown) => value === shown),
    right: 'both',
    why: '[MS-DFSC] 2.2.2: the same name; tshark counts its terminating zero in',
  },
  {
    names: [
      'smb.quota.flags',
      'smb.quota.flags.deny_disk',
      'smb.quota.flags.log_limit',
      'smb.quota.flags.log_warning',
      'smb.quota.flags.enabled',
    ],
    test: (seen) => partOfBits(seen, 'FileSystemControlFlags'),
    right: 'we',
    why: '[MS-FSCC] FileFsControlInformation: FileSystemControlFlags has four bytes; tshark reads the first',
  },
  {
    names: ['smb.unknown_data'],
    test: sumOf('FreeSpaceStartFiltering', 'FreeSpaceThreshold', 'FreeSpaceStopFiltering'),
    right: 'we',
    why: '[MS-FSCC] FileFsControlInformation: three fields, which tshark does not know',
  },
  {
    names: ['smb.unknown_data'],
    test: (seen) => seen.field.offset + seen.field.length === seen.dissected.length,
    right: 'both',
    why: '[MS-FSCC] FileFsControlInformation: padding behind the structure',
  },
  {
    names: ['smb.reserved'],
    test: sumOf('SupportsObjects', 'Reserved'),
    right: 'we',
    why: '[MS-FSCC] FileFsVolumeInformation: SupportsObjects and Reserved; tshark calls both reserved',
  },
  {
    names: ['smb2.birth_volume_id', 'smb2.birth_object_id', 'smb2.domain_id'],
    test: partOf('ExtendedInfo'),
    right: 'both',
    why: '[MS-FSCC] FileFsObjectIdInformation: ExtendedInfo is opaque; tshark divides it as FILE_OBJECTID_BUFFER type 1 does',
  },
];

/** A masked part of the first byte of a number of ours, or that byte. */
function partOfBits({ field, fields }: Case, name: string): boolean {
  const ours = fields.find((one) => one.field === name && one.offset === field.offset && typeof one.value === 'number');
  if (ours === undefined) return false;
  const byte = Number(ours.value) & 0xff;
  return field.mask === 0 ? Number(field.value) === byte : (Number(field.value) !== 0) === ((byte & field.mask) !== 0);
}

/** The difference in what a response answers. */
export const CANCELLED: Explanation = {
  names: ['smb2.response_to', 'smb2.time'],
  test: () => true,
  right: 'we',
  why: '[MS-SMB2] 3.3.5.16: a CANCEL is not answered; the response is that of the request with its MessageId, tshark takes it for the CANCEL',
};
