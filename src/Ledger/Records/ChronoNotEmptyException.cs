namespace Ledger.Records;

/// <summary>A folder was not imported, because the project has events that are not the beginning of the folder; nothing was written.</summary>
public sealed class ChronoNotEmptyException : Exception
{
    internal ChronoNotEmptyException(string project, ChainHead head)
        : base($"Project '{project}' is at seq {head.Seq} with the hash '{head.Hash}', which is not an event of the folder."
            + " Nothing was imported; choose a project without events.")
    {
        Project = project;
        Head = head;
    }

    /// <summary>The project.</summary>
    public string Project { get; }

    /// <summary>The head of the project's chain.</summary>
    public ChainHead Head { get; }
}
