namespace Ledger.Marten.Tests.Sessions;

/// <summary>Which object an event is about.</summary>
public sealed record ObjectTag(string Value);
