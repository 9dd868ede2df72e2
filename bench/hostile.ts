import { type Hostile } from './attack.js'
import { HOSTILE_COMPOSE } from './hostile-compose.js'
import { HOSTILE_DOCKERFILES } from './hostile-dockerfiles.js'

export { type Hostile } from './attack.js'

/** The attacks that the targets name, and those that a scanner of this kind is known to fall for. */
export const HOSTILE: readonly Hostile[] = [...HOSTILE_DOCKERFILES, ...HOSTILE_COMPOSE]
