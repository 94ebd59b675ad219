/** Sections that mean something special to Samba and are not served here. */
export const SPECIAL_SECTIONS: Readonly<Record<string, string>> = {
  homes: 'home folders are not shared by themselves; name each as a share',
  printers: 'there are no printers',
  print$: 'there are no printers',
};

/** Parameters of Samba and ksmbd that are known and have no meaning here: said so, rather than called unknown. */
export const IGNORED_PARAMETERS: Readonly<Record<string, string>> = {
  'server role': 'tsmbd is a standalone server',
  'log level': 'use --log-level',
  'log file': 'logs go to standard output',
  'max log size': 'logs go to standard output',
  'unix charset': 'names are UTF-8',
  'dos charset': 'SMB2 has no DOS names',
  'load printers': 'there are no printers',
  printing: 'there are no printers',
  'printcap name': 'there are no printers',
  'disable spoolss': 'there are no printers',
  'disable netbios': 'NetBIOS names are never served',
  'wins support': 'NetBIOS names are never served',
  'dns proxy': 'NetBIOS names are never served',
  'store dos attributes': 'they are kept wherever the file system has extended attributes',
  'ea support': 'they are kept wherever the file system has them',
  'nt acl support': 'they are kept wherever the file system has extended attributes',
  deadtime: 'idle clients are not disconnected',
  'ipc timeout': 'there is no second process',
  'passdb backend': 'accounts are kept by tsmbd user',
  'socket options': 'sockets are set up as they should be',
  'use sendfile': 'data is moved as fast as the system can',
  'kernel share modes': 'share modes hold among clients',
  'strict locking': 'byte-range locks are always enforced',
  'blocking locks': 'clients may always wait for a lock',
  'oplock break wait time': 'breaks are sent at once',
  'fake oplocks': 'nobody is told that he may cache what others change',
  'server multi channel support': 'multichannel is not offered yet',
};
