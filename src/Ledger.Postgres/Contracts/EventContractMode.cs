namespace Ledger.Postgres.Contracts;

/// <summary>What an application does with the contracts of its events: the JSON Schemas of the types in its registry.</summary>
public enum EventContractMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>At its start it declares them in the database, where <c>ledger schema</c> shows them; a changed one is a new version.</summary>
    /// <remarks>It needs a host. Without one, call <see cref="EventContractTable.DeclareAsync"/>.</remarks>
    Declare,

    /// <summary>The same, and every append is held to them: its own, and those of the command line, the HTTP API and the tools on the database.</summary>
    Enforce,
}
