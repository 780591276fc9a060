namespace Ledger.Records.Chronomemory;

/// <summary>A backup was not restored, because a file of it is not as it was written; nothing was written.</summary>
public sealed class DamagedBackupException : Exception
{
    internal DamagedBackupException(string file)
        : base($"'{file}' is missing or not as the backup was written. Nothing was restored; use another copy of the backup.") =>
        File = file;

    /// <summary>The file.</summary>
    public string File { get; }
}
