/**
 * Stops this process, in its usual way, once the one that started it is gone, so that nothing is left behind by a `switchyard up`
 * that was killed. A process that was started otherwise has no channel to lose.
 */
export const leaveWithParent = (): void => {
  if (!process.channel) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGINT'));
  process.channel.unref();
};
