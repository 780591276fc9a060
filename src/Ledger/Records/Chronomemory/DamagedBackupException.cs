namespace Ledger.Records.Chronomemory;

/// <summary>A backup was not restored, because one of its files is missing or was changed; nothing was written.</summary>
public sealed class DamagedBackupException : Exception
{
    internal DamagedBackupException(string file)
        : base($"'{file}' is missing or was changed since the backup. Nothing was restored; use another copy of the backup.") =>
        File = file;

    /// <summary>The file.</summary>
    public string File { get; }
}
