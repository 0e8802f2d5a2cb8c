/** Whether a process is there. Signal 0 only asks (kill(2)); the process of another user answers EPERM. */
export function isRunning(pid: number): boolean {
  // Number 0 would ask for our own group.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
