namespace Ledger.Postgres.Forgetting;

/// <summary>A subject whose key was destroyed.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="ForgottenAt">When.</param>
public sealed record ForgottenSubject(string Subject, DateTimeOffset ForgottenAt);
