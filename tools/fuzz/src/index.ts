export { type CodecFuzzOptions, type CodecFuzzReport, fuzzCodec } from './codec.ts';
export { type CrowdReport, crowd } from './crowd/run.ts';
export { type FuzzOptions, type FuzzReport, fuzz } from './run.ts';
