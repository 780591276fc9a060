using Aspire.Hosting.ApplicationModel;

namespace Ledger.Hosting.Aspire;

/// <summary>A log of Ledger in a PostgreSQL database, and its explorer, which is the program <c>ledger serve</c>.</summary>
/// <remarks>An application that references it gets the connection string of the database. The explorer listens on this machine only, and is read-only.</remarks>
public sealed class LedgerResource : ExecutableResource, IResourceWithConnectionString
{
    /// <summary>The name of the endpoint of the explorer.</summary>
    public const string ExplorerEndpointName = "explorer";

    internal LedgerResource(string name, PostgresDatabaseResource database, string command)
        : base(name, command, ".") => Database = database;

    /// <summary>The database that has the log.</summary>
    public PostgresDatabaseResource Database { get; }

    /// <summary>The endpoint of the explorer.</summary>
    public EndpointReference ExplorerEndpoint => new(this, ExplorerEndpointName);

    /// <summary>The connection string of the database, as Npgsql takes it.</summary>
    public ReferenceExpression ConnectionStringExpression => Database.ConnectionStringExpression;
}
