/**
 * Port of a server without a configuration file: one that needs no root, and is free where smbd
 * runs.
 */
export const DEFAULT_PORT = '4450';
