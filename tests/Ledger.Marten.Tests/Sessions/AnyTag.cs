namespace Ledger.Marten.Tests.Sessions;

/// <summary>A tag that every event has.</summary>
public sealed record AnyTag(string Value);
