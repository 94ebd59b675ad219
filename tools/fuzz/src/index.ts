export { type FuzzOptions, type FuzzReport, fuzz } from './run.ts';
