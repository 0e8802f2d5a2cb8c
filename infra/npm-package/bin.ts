#!/usr/bin/env node
import module from 'node:module';

// Node 22.8 and newer: compiled code is kept in the system's folder for temporary files, and the next start is quicker.
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function')
  module.enableCompileCache();
const { main } = await import('../../functions/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
