namespace Ledger.Records;

/// <summary>A folder was not imported, because the project has events that the folder does not begin with; nothing was written.</summary>
public sealed class ChronoNotEmptyException : Exception
{
    internal ChronoNotEmptyException(string project, ChainHead head)
        : base($"Project '{project}' stands at seq {head.Seq} with the hash '{head.Hash}', which is no event of the folder."
            + " Nothing was imported; choose the name of a project that has none.")
    {
        Project = project;
        Head = head;
    }

    /// <summary>The project.</summary>
    public string Project { get; }

    /// <summary>Where it stands.</summary>
    public ChainHead Head { get; }
}
