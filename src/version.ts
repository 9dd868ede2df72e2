/** The version of this program, as in package.json; a test holds them together. Reading that file would tie the bundle to its place. */
export const VERSION = '0.1.0'

/** Where the sources and the documents are; a test holds it against package.json. `HEAD` is the default branch, whatever it is called. */
export const DOCUMENTS = 'https://github.com/image-policy/image-policy/blob/HEAD'

/** The name of this program, of its package and of its command. */
export const PROGRAM = 'image-policy'
