namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>Somebody else is rebuilding the same projection.</summary>
public sealed class RebuildInProgressException : InvalidOperationException
{
    internal RebuildInProgressException(string projection)
        : base($"Projection '{projection}' is being rebuilt by somebody else. Wait until that is done, or stop it; '--resume' goes on with it.") =>
        Projection = projection;

    /// <summary>The projection, with its version from the second on.</summary>
    public string Projection { get; }
}
