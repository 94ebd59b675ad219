/**
 * Port of a server without a configuration file. It needs no root, and does not collide with smbd.
 */
export const DEFAULT_PORT = '4450';
