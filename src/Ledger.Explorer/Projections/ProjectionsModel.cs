using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Explorer.Projections;

/// <summary>What is derived from the log, and how far it is.</summary>
/// <param name="Shards">The projections and subscriptions that have progress; null where the application has no admin of them.</param>
/// <param name="Letters">The events that a projection could not take, and went on without.</param>
/// <param name="LettersSkipped">How many of them are passed over.</param>
/// <param name="Rebuilds">What can be rebuilt, and how far rebuilds of this explorer are.</param>
internal sealed record ProjectionsModel(IReadOnlyList<ShardStatus>? Shards, IReadOnlyList<DeadLetter> Letters, int LettersSkipped, IReadOnlyList<Rebuild> Rebuilds);
