import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { withoutReport } from '../audit/merge.js'
import { type RepositoryAudit } from '../audit/model.js'
import { readReports } from '../audit/read.js'
import { codeOf } from '../files/disk.js'
import { readJournal } from './audit-journal.js'

/**
 * The repositories of some reports: JSON of `audit`, of `check` or of `list`, journals, or folders of these. A report of one repository goes by its file's
 * name (`acme__api.json` is acme/api). What cannot be read is told as failed, under its path.
 */
export function readReportFiles(paths: readonly string[], workingFolder: string): readonly RepositoryAudit[] {
  return paths.flatMap((path) => {
    try {
      const full = resolve(workingFolder, path)
      if (!statSync(full).isDirectory()) return readReportFile(path, full)
      return reportsIn(full).flatMap((name) => readReportFile(join(path, name), join(full, name)))
    } catch (error) {
      return [withoutReport(path, 'failed', `it cannot be read (${codeOf(error)})`)]
    }
  })
}

function reportsIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => /\.jsonl?$/i.test(name)).sort()
}

function readReportFile(path: string, full: string): readonly RepositoryAudit[] {
  if (/\.jsonl$/i.test(path)) {
    const journal = readJournal(full)
    return typeof journal === 'string' ? [withoutReport(path, 'failed', journal)] : journal
  }
  const name = basename(path)
    .replace(/\.json$/i, '')
    .replaceAll('__', '/')
  const read = readReports(readFileSync(full, 'utf8'), { name })
  return read.kind === 'repositories' ? read.repositories : [withoutReport(path, 'failed', `it is no report: ${read.problem}`)]
}
