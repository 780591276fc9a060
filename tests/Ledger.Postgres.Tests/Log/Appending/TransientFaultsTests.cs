using System.Net.Sockets;
using System.Security.Authentication;
using Ledger.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Tests.Telemetry;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log.Appending;

public sealed class TransientFaultsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Theory]
    [InlineData("57P01", true)]
    [InlineData("57P02", true)]
    [InlineData("57P03", true)]
    [InlineData("57P05", true)]
    [InlineData("53300", true)]
    [InlineData("25006", true)]
    [InlineData("08006", true)]
    [InlineData("40001", true)]
    [InlineData("40P01", true)]
    [InlineData("53100", false)]
    [InlineData("57014", false)]
    [InlineData("23505", false)]
    [InlineData("23514", false)]
    [InlineData("42501", false)]
    [InlineData("28P01", false)]
    public void Contains_AnswerOfTheServer_IsDecidedByItsState(string state, bool isTransient) =>
        TransientFaults.Contains(new PostgresException("m", "ERROR", "ERROR", state)).ShouldBe(isTransient);

    [Fact]
    public void Contains_LostConnection_IsTransient()
    {
        TransientFaults.Contains(new NpgsqlException("m", new EndOfStreamException())).ShouldBeTrue();
        TransientFaults.Contains(new NpgsqlException("m", new SocketException(111))).ShouldBeTrue();
        TransientFaults.Contains(new SocketException(11)).ShouldBeTrue();
        TransientFaults.Contains(new NpgsqlException("m", new AggregateException(new NpgsqlException("n", new SocketException(111))))).ShouldBeTrue();
        TransientFaults.Contains(new NpgsqlException("m", new TimeoutException())).ShouldBeFalse();
        TransientFaults.Contains(new InvalidOperationException("m")).ShouldBeFalse();
    }

    [Fact]
    public void IsFailureToOpen_NotTheServersRefusal_IsTrue()
    {
        TransientFaults.IsFailureToOpen(new NpgsqlException("m", new TimeoutException())).ShouldBeTrue();
        TransientFaults.IsFailureToOpen(new NpgsqlException("The answer of a server that was killed meanwhile.")).ShouldBeTrue();
        TransientFaults.IsFailureToOpen(new NpgsqlException("m", new AuthenticationException())).ShouldBeFalse();
        TransientFaults.IsFailureToOpen(new PostgresException("m", "FATAL", "FATAL", "28P01")).ShouldBeFalse();
    }

    [Fact]
    public async Task Append_SameIdInUncommittedTransaction_RefusedWhenThatCommits()
    {
        var (theirs, ours) = (NewStream(), NewStream());
        var same = new NewEvent(new KitLoaded("same"));
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await database.Store.On(transaction).AppendAsync(theirs, ExpectedVersion.Any, [same]);

        var append = database.Store.AppendAsync(ours, ExpectedVersion.Any, [same]);
        while (await database.ScalarAsync<long>($"select count(*) from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid))") == 0)
        {
        }

        await transaction.CommitAsync();

        (await Should.ThrowAsync<EventIdInUseException>(() => append)).Holder.ShouldBe(theirs);
    }

    [Fact]
    public async Task Append_ServerLetsOnlyReadForAWhile_ReconnectsAndIsWritten()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var name = connection.Database;
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString + ";Application Name=demoted");
        await using var store = new PostgresEventStore(pool);
        using var measured = new Measurements("ledger.append.retries");

        await ExecuteAsync(connection, $"alter database {name} set default_transaction_read_only = on");
        var append = store.AppendAsync(NewStream(), ExpectedVersion.Any, [new KitLoaded("kit")]);
        await measured.WaitForAsync("ledger.append.retries", "25006").WaitAsync(TimeSpan.FromMinutes(2));
        await ExecuteAsync(connection, $"alter database {name} reset default_transaction_read_only");

        (await append.WaitAsync(TimeSpan.FromMinutes(2))).Outcome.ShouldBe(AppendOutcome.Written);
    }

    [Fact]
    public async Task Append_PooledSessionEndedByTheServer_IsWritten()
    {
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString + ";Application Name=idle;Options=-c idle_session_timeout=100ms");
        await using var store = new PostgresEventStore(pool);
        var stream = NewStream();
        await store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("kit")]);
        while (await database.ScalarAsync<long>("select count(*) from pg_stat_activity where application_name = 'idle'") > 0)
        {
        }

        (await store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("kit")])).Version.Value.ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Append_EmptyAndSentAgain_GivesTheSameAnswer(bool expectsNoStream)
    {
        var expected = expectsNoStream ? ExpectedVersion.NoStream : ExpectedVersion.Any;
        var stream = NewStream();
        for (var i = 0; i < 3; i++)
        {
            var result = await database.Store.AppendAsync(stream, expected, []);
            result.Version.ShouldBe(StreamVersion.Empty);
            result.Outcome.ShouldBe(AppendOutcome.Written);
        }
    }

    private static StreamName NewStream() => new("transient-" + Guid.NewGuid().ToString("N"));

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
