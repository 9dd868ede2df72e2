// Made from docs/rules.md by npm run schema; do not edit.
/** What docs/rules.md says of each rule, markdown. */
export const RULE_HELP: Readonly<Record<string, { readonly what: string; readonly why: string; readonly fix: string }>> = {
  "allowed-registry": {
    what: "No entry of `registries` is about the registry of the image. Default: error, *where*.",
    why: "An image runs with the rights of what it is built into. Whoever controls the registry controls the image.",
    fix: "Use an image from a registry that the message lists. If the source is a good one, its registry belongs into the policy, where somebody decides.",
  },
  "allowed-namespace": {
    what: "The registry is in the policy, but not this owner, namespace or repository; the message lists what is allowed there. Default: error, *where*.",
    why: "Docker Hub, GHCR or Quay serve everybody: `docker.io/library` and `docker.io/somebody` have nothing in common but the host. Whole components count: `acme` covers `acme/x` and never `acme-evil/x`.",
    fix: "Write what the message names. Often the official image is meant: `bitnami/redis` → `redis`.",
  },
  "denied-image": {
    what: "An entry of `deny` covers the image, even where `registries` would allow it. Never \"existing\": it fails wherever it stands. Default: error, *where*.",
    why: "Some images are known to be bad: at their end of life, taken over, or with a backdoor in some tags.",
    fix: "Write what `use` names, or choose another image; `reason` says why.",
  },
  "use-mirror": {
    what: "The image is written directly, and the policy allows it through a mirror only (`direct: false`). Default: error, *where*.",
    why: "The mirror is scanned, cached and under control; the direct name is none of it.",
    fix: "Write the mirrored name, which the finding gives as the replacement.",
  },
  "pinned": {
    what: "The image is fixed less exactly than `pin` asks: `none` < `tag` < `major` < `minor` < `patch` < `digest` < `tag+digest`. Default: error.",
    why: "`latest` is another image tomorrow, and the build that worked cannot be had again.",
    fix: "Write a more exact tag, or a digest: `docker buildx imagetools inspect nginx:1.27` finds it.",
  },
  "allowed-tag": {
    what: "The policy lists `tags` for this image, and none matches. Without tag and digest the tag is `latest`. Default: error.",
    why: "For some images only some lines are supported, or only one variant is hardened.",
    fix: "Write a tag that the message lists.",
  },
  "unresolved": {
    what: "A variable without a value decides the registry or the repository. If the text is a valid reference while the variable is blank, that one is judged as well. `${MIRROR:+evil.example/}` counts too: what it holds stands in the file, and whoever sets the variable asks for it. Default: error, *where*.",
    why: "`${MIRROR}nginx:1.27` is nginx today, and `evil.example/nginx` in a pipeline that sets the variable.",
    fix: "Give the variable a value where it can be seen: a default in the file, `build.args`, `.env`, or `variables` in the policy.",
  },
  "unresolved-tag": {
    what: "A variable without a value decides only the tag or the digest; registry and repository are judged. Default: error.",
    why: "What is pulled depends on something that nobody who reads the file can see.",
    fix: "As for `unresolved`.",
  },
  "overridable": {
    what: "Only an ARG, or a default that a build can replace, fixes the source. Default: off.",
    why: "Whoever starts the build can replace the image. Where builds are not under the policy's control, that matters.",
    fix: "Write registry and repository out, and let the variable hold the tag alone.",
  },
  "malformed": {
    what: "Docker would refuse the reference; the message says why, in Docker's words. Default: error, *where*.",
    why: "The build fails, or somebody repairs it in a hurry. What cannot be read must not be green.",
    fix: "Correct the name. Common causes: upper case in the repository, a blank tag, a variable in `COPY --from`, a template that was not filled in.",
  },
  "unreadable": {
    what: "A file, or a part of what it pulls in, could not be read by us or by Docker: a refused Dockerfile, a compose file that is no YAML, a remote build context or include, a build whose context depends on a variable that nothing gives a value, a build in a submodule, an LFS pointer, a link out of the repository, a limit that was hit, a frontend that is not Docker's. Default: error, *where*.",
    why: "What was not read was not judged.",
    fix: "The message says what is wrong and where. A file that is no Dockerfile in spite of its name can be left out with `files: { exclude: [...] }`.",
  },
  "retired": {
    what: "The source was shut down, frozen or moved: `k8s.gcr.io`, `docker.pkg.github.com`, `docker.io/bitnami`, former official images. Default: warning.",
    why: "It gets no updates, and may stop to answer.",
    fix: "Take the image from where it lives now, which the message names if there is such a place.",
  },
  "lookalike": {
    what: "The name is nearly that of an allowed registry or official image (`ghrc.io`, `ngnix`). It is a finding only if the image is allowed otherwise; in a refusal it is part of the advice. Default: warning.",
    why: "Names that are one slip away are registered to catch the slip.",
    fix: "Write what was meant.",
  },
  "policy-removed": {
    what: "The change removes or moves the policy file. It stands at the policy's own line. Default: error.",
    why: "The next pull request would be judged by nothing.",
    fix: "Restore the file. To move it, let an organisation's layer hold, or move it on the default branch.",
  },
  "exception-expired": {
    what: "An exception has ended: what it excused counts, never as \"existing\". Within 30 days of its end it is a warning. It stands at the exception's line. Default: error.",
    why: "An exception is a debt with a date.",
    fix: "Mend what it excused and delete it, or extend it, which somebody reviews.",
  },
  "exception-unused": {
    what: "An exception excuses nothing. It stands at the exception's line. Default: warning.",
    why: "It is a door that nobody uses, left open.",
    fix: "Delete it.",
  },
}
