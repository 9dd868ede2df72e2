/**
 * Milliseconds of the processor that work takes, those of the compiler and the collector among them. Unlike the time on a clock they hardly grow
 * while other processes keep the machine busy.
 */
export function processorTime(work: () => unknown): number {
  const start = process.cpuUsage()
  work()
  return process.cpuUsage(start).user / 1000
}
