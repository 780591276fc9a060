namespace Ledger.Wolverine.Sample.Claims;

/// <summary>A document of the application's own.</summary>
public sealed record CaseFile(string Id, string LastClaim);

/// <summary>What was forwarded, and cascaded.</summary>
public sealed record Notice(Guid Id, string Run, long Version, string Text);
