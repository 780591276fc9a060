using System.Collections.Concurrent;
using Ledger.Conformance;
using Ledger.Tasks;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tasks;

/// <summary>Connections and the server are killed while messages are saved: what was acknowledged is stored once, and nothing twice.</summary>
public sealed class TaskCrashTests
{
    private const int Writers = 16;
    private static readonly DateTimeOffset Time = DateTimeOffset.UnixEpoch;
    private static readonly int Messages = Scale.Of(1_000, 40_000);

    [Fact]
    public async Task Saves_WhileConnectionsAreKilled_AreStoredOnce()
    {
        await using var database = await LedgerDatabase.OnOwnServerAsync();
        await SaveAsync(database, async () =>
        {
            // Not one of the pool, which may have been ended the time before.
            await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", connection);
            await command.ExecuteNonQueryAsync();
        });
    }

    [Fact]
    public async Task Saves_WhileTheServerIsKilled_AreStoredOnce()
    {
        var (server, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = database;
        await SaveAsync(database, async () =>
        {
            await server.KillServerAsync();
            await server.RestartAsync();
        });
    }

    /// <summary>Saves messages by many writers, with a disturbance at each quarter.</summary>
    private static async Task SaveAsync(LedgerDatabase database, Func<Task> disturbAsync)
    {
        var tasks = new TaskLedger(database.Store);
        for (var i = 0; i < 4; i++)
        {
            await tasks.SaveTaskAsync(new AgentTask { Id = $"t{i}", SystemPrompt = "p", CreatedAt = Time, UpdatedAt = Time });
        }

        var acknowledged = new ConcurrentBag<string>();
        var milestones = Enumerable.Range(1, 3).ToDictionary(i => i * Messages / 4, _ => new TaskCompletionSource());
        var count = 0;
        var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            for (var i = w; i < Messages; i += Writers)
            {
                var message = new Message { Id = $"m{i}", TaskId = $"t{i % 4}", Role = MessageRole.User, Content = $"{i}", Timestamp = Time };
                await tasks.SaveMessageAsync(message);
                acknowledged.Add(message.Id);
                if (milestones.TryGetValue(Interlocked.Increment(ref count), out var milestone))
                {
                    milestone.SetResult();
                }
            }
        })).ToArray();
        var all = Task.WhenAll(writers);
        foreach (var milestone in milestones.Values)
        {
            await Task.WhenAny(milestone.Task, all);
            await disturbAsync();
        }

        await all;
        database.DataSource.Clear();

        acknowledged.Count.ShouldBe(Messages);
        var stored = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            stored.AddRange((await tasks.ListMessagesAsync($"t{i}")).Messages.Select(m => m.Id));
        }

        stored.ShouldBe(acknowledged, ignoreOrder: true);
        (await database.ScalarAsync<long>("select count(*) from ledger.mt_events where type = 'message.saved'")).ShouldBe(Messages);
    }
}
