namespace Ledger.Postgres.Projections.Daemon;

/// <summary>A node could not execute a request for a projection that it runs.</summary>
public sealed class RequestFailedException : Exception
{
    internal RequestFailedException(string projection, string message)
        : base(message) => Projection = projection;

    /// <summary>The projection, with its version from the second on.</summary>
    public string Projection { get; }
}
