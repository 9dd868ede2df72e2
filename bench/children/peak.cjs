// Preloaded into a measured process: leaves its own ru_maxrss, in kilobytes, in the file that PEAK_FILE names.
const { writeFileSync } = require('node:fs')
const process = require('node:process')

process.on('exit', () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)))
