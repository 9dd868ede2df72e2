import { badge, code } from './details.js'
import { cell, element, number } from './dom.js'
import { type Column } from './grid.js'
import { type Group } from './groups.js'
import { type Model } from './model.js'

interface Line {
  readonly id: number
}

const count = (value: number): Node => (value === 0 ? element('span', { class: 'quiet' }, ['0']) : cell(number(value)))

export const GROUP_COLUMNS: readonly Column<Group>[] = [
  {
    title: 'Worst verdict',
    field: 'verdict',
    width: 140,
    wide: true,
    show: ({ verdict }) => badge(verdict),
    order: ({ verdict }) => verdict,
  },
  { title: 'Name', field: 'name', grow: 4, min: 170, show: ({ name }) => code(name), order: ({ name }) => name },
  { title: 'Uses', field: 'uses', width: 90, numeric: true, show: ({ uses }) => count(uses.length), order: ({ uses }) => uses.length },
  {
    title: 'Repositories',
    field: 'users',
    width: 130,
    numeric: true,
    wide: true,
    show: ({ users }) => count(users.size),
    order: ({ users }) => users.size,
  },
  {
    title: 'Images',
    field: 'images',
    width: 100,
    numeric: true,
    wide: true,
    show: ({ images }) => count(images.size),
    order: ({ images }) => images.size,
  },
  {
    title: 'Errors',
    field: 'errors',
    width: 100,
    numeric: true,
    wide: true,
    show: ({ verdicts }) => count(verdicts[0] ?? 0),
    order: ({ verdicts }) => verdicts[0] ?? 0,
  },
]

// ---------------------------------------------------------------------- repositories, exceptions, problems

type RepositoryRow = Model['repositories'][number] & Line

export const REPOSITORY_COLUMNS: readonly Column<RepositoryRow>[] = [
  { title: 'Repository', field: 'name', grow: 3, min: 170, show: ({ name }) => cell(name), order: ({ name }) => name },
  {
    ...{ title: 'State', field: 'status', width: 100 },
    show: ({ status }) => element('span', { class: `state ${status}` }, [status]),
    order: ({ status }) => status,
  },
  {
    title: 'References',
    field: 'references',
    width: 112,
    numeric: true,
    wide: true,
    show: ({ references }) => count(references),
    order: ({ references }) => references,
  },
  { title: 'Errors', field: 'errors', width: 95, numeric: true, show: ({ errors }) => count(errors), order: ({ errors }) => errors },
  {
    title: 'Warnings',
    field: 'warnings',
    width: 105,
    numeric: true,
    wide: true,
    show: ({ warnings }) => count(warnings),
    order: ({ warnings }) => warnings,
  },
  {
    title: 'Existing',
    field: 'existing',
    width: 105,
    numeric: true,
    wide: true,
    show: ({ existing }) => count(existing),
    order: ({ existing }) => existing,
  },
  {
    title: 'Excepted',
    field: 'excepted',
    width: 105,
    numeric: true,
    wide: true,
    show: ({ excepted }) => count(excepted),
    order: ({ excepted }) => excepted,
  },
  {
    title: 'Unresolved',
    field: 'unresolved',
    width: 120,
    numeric: true,
    wide: true,
    show: ({ unresolved }) => count(unresolved),
    order: ({ unresolved }) => unresolved,
  },
]

type ExceptionRow = Model['exceptions'][number] & Line

const ENDS = { ended: ' ended', soon: ' soon', later: '', never: '' } as const

export const EXCEPTION_COLUMNS: readonly Column<ExceptionRow>[] = [
  {
    ...{ title: 'Ends', field: 'expires', width: 150 },
    show: ({ expires = 'never', end }) => element('span', { class: `end ${end}` }, [expires + ENDS[end]]),
    order: ({ expires = '9999' }) => expires,
  },
  { title: 'Image', field: 'image', grow: 2, min: 150, show: ({ image = 'every image' }) => code(image), order: ({ image = '' }) => image },
  { title: 'Owner', field: 'owner', grow: 1, min: 145, wide: true, show: ({ owner }) => cell(owner), order: ({ owner }) => owner },
  { title: 'Reason', field: 'reason', grow: 2, min: 150, wide: true, show: ({ reason }) => cell(reason), order: ({ reason }) => reason },
  { title: 'Uses', field: 'uses', width: 85, numeric: true, wide: true, show: ({ uses }) => count(uses), order: ({ uses }) => uses },
  {
    ...{ title: 'Repository', field: 'repository', grow: 1, min: 130, wide: true },
    show: ({ repositories: [first = '', ...others] }) => cell(others.length === 0 ? first : `${first} and ${number(others.length)} more`),
    order: ({ repositories: [first = ''] }) => first,
  },
]

type ProblemRow = Model['problems'][number] & Line

export const PROBLEM_COLUMNS: readonly Column<ProblemRow>[] = [
  {
    title: 'Repository',
    field: 'repository',
    grow: 1,
    min: 120,
    show: ({ repository }) => cell(repository),
    order: ({ repository }) => repository,
  },
  {
    title: 'Place',
    field: 'file',
    grow: 1,
    min: 130,
    wide: true,
    show: ({ file, line }) => cell(line === 0 ? file : `${file}:${line}`),
    order: ({ file }) => file,
  },
  { title: 'What', field: 'message', grow: 3, min: 180, show: ({ message }) => cell(message), order: ({ message }) => message },
]
