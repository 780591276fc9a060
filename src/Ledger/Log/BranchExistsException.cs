namespace Ledger.Log;

/// <summary>A fork was refused because its id is taken.</summary>
public sealed class BranchExistsException : Exception
{
    /// <summary>States which branch exists.</summary>
    public BranchExistsException(StreamName branch)
        : base($"Stream '{branch}' exists already. Nothing was written; fork with another id.") => Branch = branch;

    /// <summary>The stream of the branch.</summary>
    public StreamName Branch { get; }
}
