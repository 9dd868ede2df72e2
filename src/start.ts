#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { cacheFolder, compile } from './code-cache.js'

/*
 * What is started in place of cli.ts once the program is bundled: all that a usual run needs is one script, a function that takes `require`.
 * Its first line is a comment with a fingerprint of the rest.
 */

const file = `${__dirname}/program.js`
const source = readFileSync(file, 'latin1') // the build escapes what is not ASCII
const key = `${source.slice('// '.length, source.indexOf('\n'))}-${process.arch}-${process.versions.v8}`
const { script, keep } = compile(source, `file://${file}`, cacheFolder(process.env, process.cwd()), key)
const program: unknown = script.runInThisContext()
if (typeof program === 'function') Reflect.apply(program, undefined, [require])

// A run of the usual kind that went well has compiled all that the next one needs.
process.on('exit', (status) => {
  if (process.argv[2] === 'check' && status < 2) keep()
})
