#!/usr/bin/env node
import { processIo } from './commands/io.js'
import { run } from './commands/run.js'

// Not process.exit(): it would cut off what is still on its way into a pipe.
void run(process.argv.slice(2), processIo()).then((status) => {
  process.exitCode = status
})
