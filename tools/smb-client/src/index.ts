export { type ClientOptions, type Reply, type RequestOptions, SmbClient, SmbError } from './client.ts';
