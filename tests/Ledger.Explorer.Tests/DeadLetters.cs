using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Explorer.Tests;

/// <summary>A node with a subscription that applies nothing until it is corrected.</summary>
internal static class DeadLetters
{
    /// <summary>Starts the node, and waits for its dead letters.</summary>
    public static async Task<ProjectionDaemon> LeaveAsync(NpgsqlDataSource dataSource, string prefix, int count, Func<bool> isCorrected)
    {
        var mail = new Subscription("mail", (_, _) => isCorrected()
            ? Task.CompletedTask
            : throw new InvalidOperationException("The mail server answered <550>."))
        {
            Start = SubscriptionStart.Beginning,
            Filter = new EventFilter { StreamPrefix = prefix },
        };
        var node = new ProjectionDaemon(
            dataSource, new PostgresOptions(), new DaemonOptions { Subscriptions = [mail], OnFailure = FailurePolicy.DeadLetter, Retries = 0, SearchIndex = false });
        await node.StartAsync();
        var admin = new ProjectionAdmin(dataSource);
        while ((await admin.ListDeadLettersAsync()).Count < count)
        {
            await Task.Yield();
        }

        return node;
    }
}
