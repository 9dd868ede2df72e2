import * as core from '@actions/core'
import { run } from './github/run.js'

void run({
  core: {
    getInput: (name) => core.getInput(name),
    setOutput: core.setOutput,
    setSecret: core.setSecret,
    setFailed: core.setFailed,
    error: core.error,
    warning: core.warning,
    info: core.info,
    startGroup: core.startGroup,
    endGroup: core.endGroup,
    writeSummary: async (markdown) => {
      await core.summary.addRaw(markdown).write()
    },
  },
  env: process.env,
  now: () => new Date(),
  connect: async (token, log) => {
    const [{ getOctokit }, { openApi }] = await Promise.all([import('@actions/github'), import('./github/api.js')])
    return openApi(getOctokit, token, log)
  },
})
