namespace Ledger.Postgres.Local;

/// <summary>Allows one start or stop of a cluster at a time, across processes and within one.</summary>
internal static class StartLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Takes the lock; disposing releases it, and so does any end of the process.</summary>
    internal static async Task<FileStream> TakeAsync(string path, TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException failure) when (failure is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (clock.GetElapsedTime(start) > timeout)
                {
                    throw new LocalClusterException(
                        path, $"Another command has held the lock '{path}' for {timeout.TotalSeconds:0} seconds. End it, then try again.", failure);
                }
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
