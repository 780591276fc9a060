namespace Ledger.Testing.Containers;

/// <summary>Stands for a server in a container where the package of containers was not to be had when this was built.</summary>
internal sealed class ContainerServer : IAsyncDisposable
{
    internal static bool IsAvailable => false;

    internal string Administration => throw new NotSupportedException();

    internal static Task<ContainerServer> StartAsync(TestPostgresOptions options, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
