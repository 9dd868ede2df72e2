/** The version of this program, as in package.json; a test holds them together. Reading that file would tie the bundle to its place. */
export const VERSION = '0.1.0'

/** The name of this program, of its package and of its command. */
export const PROGRAM = 'image-policy'
