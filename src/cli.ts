#!/usr/bin/env node
import { processIo } from './commands/io.js'
import { run } from './commands/run.js'

const io = processIo()

void run(process.argv.slice(2), io).then((status) => {
  process.exitCode = status
  // process.exit() cuts off what a stream has on its way into a pipe; where there is no stream, V8 need not take itself apart, and nobody waits for git
  if (io.stdout.isOpen !== true && io.stderr.isOpen !== true) process.exit()
})
