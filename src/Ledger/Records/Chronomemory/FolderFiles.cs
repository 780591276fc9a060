namespace Ledger.Records.Chronomemory;

/// <summary>The files of a folder while they are being written, next to their final place, so that the folder appears complete or not at all.</summary>
internal sealed class FolderFiles : IDisposable
{
    private readonly string _target;

    private FolderFiles(string target, string folder)
    {
        _target = target;
        Folder = folder;
    }

    /// <summary>The temporary folder of the files.</summary>
    public string Folder { get; }

    /// <summary>The <c>.chronomemory</c> of a folder.</summary>
    /// <exception cref="IOException">It already exists.</exception>
    public static string TargetOf(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var target = Path.GetFileName(full) == ChronoFolder.Name ? full : Path.Combine(full, ChronoFolder.Name);
        return Path.Exists(target)
            ? throw new IOException($"'{target}' already exists and is not overwritten. Choose another folder, or remove it.")
            : target;
    }

    public static FolderFiles Create(string target)
    {
        var folder = $"{target}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(folder);
        return new FolderFiles(target, folder);
    }

    /// <summary>Writes a log and, if it begins with a state, a snapshot.</summary>
    public async Task WriteAsync(
        IAsyncEnumerable<RecordedEvent> events,
        string eventsName,
        string snapshotName,
        CancellationToken cancellationToken)
    {
        StateMark? state = null;
        var records = new List<ChronoRecord>();
        FileStream? log = null;
        try
        {
            await foreach (var recorded in events.ConfigureAwait(false))
            {
                var entry = LogEntry.Of(recorded);
                if (entry.Event is { } walEvent)
                {
                    log ??= File.Create(Path.Combine(Folder, eventsName));
                    await log.WriteAsync(walEvent.Values.ToLine(), cancellationToken).ConfigureAwait(false);
                    log.WriteByte((byte)'\n');
                }
                else if (log is null)
                {
                    state ??= entry.State;
                    records.AddRange(entry.Record is { } kept ? [ChronoRecord.FromValue(kept.Record.ToValue())] : []);
                }
            }

            if (log is not null)
            {
                await log.FlushAsync(cancellationToken).ConfigureAwait(false);
                log.Flush(flushToDisk: true);
            }
        }
        finally
        {
            if (log is not null)
            {
                await log.DisposeAsync().ConfigureAwait(false);
            }
        }

        if (state is not null)
        {
            var snapshot = new ChronoSnapshot(state.Seq, state.Hash, state.Ts, records).ToBytes();
            await File.WriteAllBytesAsync(Path.Combine(Folder, snapshotName), snapshot, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Moves the folder to its final place.</summary>
    public void Publish() => Directory.Move(Folder, _target);

    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
