// The floor: git's list of the tracked files, a test of each base name, and a synchronous read of those that pass. Nothing is looked at.
const { execFileSync } = require('node:child_process')
const { readFileSync } = require('node:fs')
const process = require('node:process')

const WANTED = /(^|[./_-])(dockerfile|containerfile)($|[._-])|^(docker-)?compose.*\.ya?ml$/i
const list = execFileSync('git', ['ls-files', '-z', ...process.argv.slice(2)], { encoding: 'latin1', maxBuffer: 1 << 30 })
let bytes = 0
let files = 0
for (let start = 0, end = list.indexOf('\0'); end >= 0; start = end + 1, end = list.indexOf('\0', start)) {
  const path = list.slice(start, end)
  if (!WANTED.test(path.slice(path.lastIndexOf('/') + 1))) continue
  bytes += readFileSync(path).length
  files++
}
process.stdout.write(`${files} files, ${bytes} bytes\n`)
