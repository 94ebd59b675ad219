/** Mechanisms' object identifiers, [MS-SPNG] 1.9 and [MS-KILE] 3.1.5.2. */
export const MechOid = {
  SPNEGO: '1.3.6.1.5.5.2',
  KERBEROS: '1.2.840.113554.1.2.2',
  /** Kerberos as Windows 2000 wrote it by mistake. Windows still lists it first. */
  MS_KERBEROS: '1.2.840.48018.1.2.2',
  KERBEROS_USER_TO_USER: '1.2.840.113554.1.2.2.3',
  NTLMSSP: '1.3.6.1.4.1.311.2.2.10',
  NEGOEX: '1.3.6.1.4.1.311.2.2.30',
} as const;
