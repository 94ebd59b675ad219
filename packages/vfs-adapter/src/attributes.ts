/** FILE_ATTRIBUTE_*, [MS-FSCC] 2.6, those that back ends keep. */
export const DosAttributes = {
  READONLY: 0x0001,
  HIDDEN: 0x0002,
  SYSTEM: 0x0004,
  DIRECTORY: 0x0010,
  ARCHIVE: 0x0020,
  TEMPORARY: 0x0100,
  SPARSE_FILE: 0x0200,
  COMPRESSED: 0x0800,
  OFFLINE: 0x1000,
  NOT_CONTENT_INDEXED: 0x2000,
  NO_SCRUB_DATA: 0x2_0000,
  PINNED: 0x8_0000,
  UNPINNED: 0x10_0000,
} as const;

/**
 * The bits that `set({ attributes })` keeps. DIRECTORY follows from the kind, and others are
 * dropped.
 */
export const KEPT_ATTRIBUTES =
  DosAttributes.READONLY |
  DosAttributes.HIDDEN |
  DosAttributes.SYSTEM |
  DosAttributes.ARCHIVE |
  DosAttributes.TEMPORARY |
  DosAttributes.SPARSE_FILE |
  DosAttributes.OFFLINE |
  DosAttributes.NOT_CONTENT_INDEXED |
  DosAttributes.NO_SCRUB_DATA |
  DosAttributes.PINNED |
  DosAttributes.UNPINNED;
