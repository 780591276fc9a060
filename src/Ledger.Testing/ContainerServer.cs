namespace Ledger.Testing;

/// <summary>A running server in a container.</summary>
/// <param name="Administration">The connection string of the database <c>postgres</c>.</param>
/// <param name="Container">Stops and removes it.</param>
internal sealed record ContainerServer(string Administration, IAsyncDisposable Container);
