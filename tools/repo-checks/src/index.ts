export { files, packageOf, root, sourceFiles } from './tree.ts';
