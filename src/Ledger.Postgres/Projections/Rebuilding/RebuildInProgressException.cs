namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>Another process is rebuilding the same projection.</summary>
public sealed class RebuildInProgressException : InvalidOperationException
{
    internal RebuildInProgressException(string projection)
        : base($"Projection '{projection}' is being rebuilt by another process. Wait until that is done, or stop it; '--resume' continues it.") =>
        Projection = projection;

    /// <summary>The projection, with its version from the second on.</summary>
    public string Projection { get; }
}
