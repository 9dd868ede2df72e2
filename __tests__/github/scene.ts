import { afterEach, beforeEach, expect } from '@jest/globals'
import { LoopbackGitHub } from './loopback.js'
import { Shop, type Tree } from './repository.js'
import { type ActionResult, type ActionRun, type Payload, pullRequestPayload, runAction } from './runner.js'

export const POLICY = `version: 1
contact: "#platform-images"
pin: tag
registries:
  docker.io:
    namespaces: [library]
deny:
  - image: docker.io/library/centos
    reason: End of life since June 2024.
    use: docker.io/library/rockylinux:9
`

/** Allows everything. */
export const LAX = 'version: 1\nregistries: any\npin: none\n'

export const POLICY_PATH = '.github/image-policy.yml'
export const WORKFLOW_PATH = '.github/workflows/images.yml'

/** One image that is allowed, and one that was there before there was a policy. */
export const MAIN: Tree = {
  [POLICY_PATH]: POLICY,
  [WORKFLOW_PATH]: 'on: pull_request\n',
  'api/Dockerfile': 'FROM alpine:3.20\nRUN true\n',
  'legacy/Dockerfile': 'FROM quay.io/old/thing:1\n',
}

/** `FROM grafana/loki:3.0` breaks the policy; the other line of the change does not. */
export const BAD: Tree = { 'web/Dockerfile': 'FROM alpine:3.20 AS a\nFROM grafana/loki:3.0\n' }
export const GOOD: Tree = { 'web/Dockerfile': 'FROM alpine:3.20 AS a\nFROM redis:7.2\n' }

export interface PullRequestRun extends Pick<ActionRun, 'event' | 'commit' | 'workspace'> {
  readonly payload: Payload
}

/** A pull request on `acme/shop`, the checkout that actions/checkout makes of it, and a GitHub that has it. */
export class Scene {
  readonly shop: Shop
  readonly github: LoopbackGitHub

  private constructor(shop: Shop, github: LoopbackGitHub) {
    this.shop = shop
    this.github = github
  }

  static async open(main: Tree = MAIN, prefix = ''): Promise<Scene> {
    return new Scene(new Shop(main), await new LoopbackGitHub(prefix).start())
  }

  async close(): Promise<void> {
    await this.github.stop()
    this.shop.remove()
  }

  /** Opens or pushes to pull request 7. */
  pullRequest(change: Tree, options: { from?: string; base?: string; fork?: boolean; depth?: number } = {}): PullRequestRun {
    const { from = 'main', base = 'main', fork = false, depth = 1 } = options
    const branch = `topic-${this.#topics++}`
    this.shop.on(branch, from, change)
    const pull = this.shop.pull(7, base, branch)
    this.github.state.files = Object.entries(change).map(([filename, text]) => ({ filename, status: 'added', patch: patchOf(text ?? '') }))
    return {
      event: 'pull_request',
      payload: pullRequestPayload({ head: pull.head, base: pull.base, branch: base, fork }),
      commit: pull.merge,
      workspace: this.shop.checkout(pull.merge, depth),
    }
  }
  #topics = 0

  /** Without comment and suggestions, unless inputs say otherwise. */
  judge(run: Pick<ActionRun, 'event' | 'payload' | 'commit' | 'workspace'> & Partial<ActionRun>): Promise<ActionResult> {
    return this.run({ ...run, inputs: { comment: 'never', suggestions: 'false', ...run.inputs } })
  }

  run(run: Pick<ActionRun, 'event' | 'payload' | 'commit' | 'workspace'> & Partial<ActionRun>): Promise<ActionResult> {
    return runAction({ shop: this.shop, github: this.github, ...run })
  }
}

function patchOf(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n')
  return `@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}`).join('\n')}`
}

/**
 * Opens a scene for each test of a file, hands it over, and closes it; a request that GitHub would not take fails the test. `reopen` begins anew with another
 * main branch.
 */
export function sceneForEachTest(take: (scene: Scene) => void): { readonly reopen: (main: Tree) => Promise<void> } {
  let scene: Scene | undefined
  const open = async (main?: Tree): Promise<void> => {
    scene = await Scene.open(main)
    take(scene)
  }
  beforeEach(() => open())
  afterEach(async () => {
    expect(scene?.github.breaches).toEqual([])
    await scene?.close()
  })
  return {
    reopen: async (main) => {
      await scene?.close()
      await open(main)
    },
  }
}
