namespace Ledger.Testing;

/// <summary>What starts a server in a container. The package Ledger.Testing.Containers has it; without that package there is none.</summary>
/// <remarks>It is looked for by name, so that a project needs nothing but the reference, and this package no library for containers.</remarks>
internal abstract class ContainerEngine
{
    private const string Provider = "Ledger.Testing.Containers.PostgresContainers, Ledger.Testing.Containers";

    private static readonly Lazy<ContainerEngine?> Found = new(() =>
        Type.GetType(Provider, throwOnError: false) is { } type ? (ContainerEngine?)Activator.CreateInstance(type) : null);

    /// <summary>The engine of the package, or null if the program does not have it.</summary>
    internal static ContainerEngine? Installed => Found.Value;

    /// <summary>Whether a container engine answers; checked once per process.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>Starts a server in a container, with the same settings as an own server.</summary>
    public abstract Task<ContainerServer> StartAsync(TestPostgresOptions options, CancellationToken cancellationToken);
}
