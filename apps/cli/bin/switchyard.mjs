#!/usr/bin/env node
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`Switchyard needs Node 24, and this is ${process.versions.node}. Run it as: npx switchyard\n`);
  process.exit(1);
}
await import('../../../dist/apps/cli/src/main.js');
