namespace Ledger.Records.Chronomemory;

/// <summary>A folder was not imported, because a line of its log is not a valid event in its place; nothing was written.</summary>
public sealed class DamagedFolderException : Exception
{
    internal DamagedFolderException(DamagedLine line)
        : base($"Line {line.Line} of {ChronoFolder.EventsName} is damaged: {line.Reason}"
            + " Nothing was imported; choose to skip or keep such lines.") =>
        Damaged = line;

    /// <summary>The line and the reason.</summary>
    public DamagedLine Damaged { get; }
}
