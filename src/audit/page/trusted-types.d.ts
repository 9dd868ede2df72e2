/** Trusted Types, https://w3c.github.io/trusted-types; absent in browsers that do not have them yet. */
interface Window {
  readonly trustedTypes?: {
    /** A text for which null comes back is refused: the assignment throws. */
    createPolicy(name: string, rules: { createHTML: (markup: string) => string | null }): unknown
  }
}
