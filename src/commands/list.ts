import { list as takeInventory } from '../check.js'
import { inventoryFormats } from '../report/index.js'
import { type Arguments } from './arguments.js'
import { isFailure, type Failure } from './failure.js'
import { EXIT, type Io } from './io.js'
import { COLOR, deliver, isColored } from './output.js'
import { watch } from './progress.js'
import { type Command } from './table.js'
import { openTarget } from './target.js'
import { nameOf } from './words.js'

export const list: Command = {
  takes: '[PATH…] [OPTIONS]',
  about:
    'Shows every image that the files name and what each reference resolves to, problems included. PATH is a folder, or a file that is read whatever its name.',
  options: ['format', 'output', 'platform', 'build-platform', 'dotenv', 'env-file', 'use-environment', 'color', 'quiet'],
  formats: Object.keys(inventoryFormats),
  examples: [
    ['image-policy list', 'the folder you are in'],
    ['image-policy list --format json api deploy/stack.txt', 'a folder and a file, for another program'],
  ],
  exits: '0 done, also if there were problems; 2 it could not be found out.',
  run,
}

async function run(given: Arguments, io: Io): Promise<number | Failure> {
  const format = await nameOf(given, 'format', inventoryFormats, 'text')
  if (isFailure(format)) return format
  const color = await nameOf(given, 'color', COLOR, 'auto')
  if (isFailure(color)) return color
  const target = openTarget(given, io)
  if (isFailure(target)) return target
  const progress = watch(target.files, io.stderr, given.flag('quiet'))
  const report = await takeInventory(progress.files, target).finally(() => progress.end())
  const render = await inventoryFormats[format]()
  return deliver(render(report, { color: isColored(color, given, io) }), given, io) ?? EXIT.clean
}
