using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Explorer.Projections;

/// <summary>The state of projections and subscriptions.</summary>
/// <param name="Shards">The asynchronous projections and subscriptions; null if the application has no <c>ProjectionAdmin</c>.</param>
/// <param name="Letters">The events that a projection failed to apply and skipped.</param>
/// <param name="LettersSkipped">The number of dead letters before this page.</param>
/// <param name="Rebuilds">The projections that can be rebuilt, with the progress of rebuilds started here.</param>
internal sealed record ProjectionsModel(IReadOnlyList<ShardStatus>? Shards, IReadOnlyList<DeadLetter> Letters, int LettersSkipped, IReadOnlyList<Rebuild> Rebuilds);
