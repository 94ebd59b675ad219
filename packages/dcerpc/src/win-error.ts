/**
 * Win32 and network management codes that the interfaces answer with, [MS-ERREF] 2.2 and [MS-SRVS]
 * 2.2.2.1.
 */
export const WinError = {
  ERROR_SUCCESS: 0,
  ERROR_ACCESS_DENIED: 5,
  ERROR_NOT_SUPPORTED: 50,
  ERROR_INVALID_PARAMETER: 87,
  ERROR_INVALID_LEVEL: 124,
  ERROR_MORE_DATA: 234,
  NERR_NetNameNotFound: 2310,
} as const;

/** NTSTATUS values that the interfaces answer with, [MS-ERREF] 2.3. */
export const RpcNtStatus = {
  STATUS_SUCCESS: 0x00000000,
  STATUS_SOME_NOT_MAPPED: 0x00000107,
  STATUS_INVALID_PARAMETER: 0xc000000d,
  STATUS_ACCESS_DENIED: 0xc0000022,
  STATUS_NONE_MAPPED: 0xc0000073,
} as const;
