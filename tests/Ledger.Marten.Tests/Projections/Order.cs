namespace Ledger.Marten.Tests.Projections;

/// <summary>A document of the application's own.</summary>
public sealed record Order(string Id, string State);
