using Ledger.Records;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Records;

/// <summary>Tampering by a user with rights on the tables is detected, and the place named.</summary>
public sealed class ChronoTamperTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private readonly string _project = $"p-{Guid.NewGuid():N}";

    [Fact]
    public async Task Verify_EventsCutFromTheEnd_NamesTheFirst()
    {
        await using var store = await FilledAsync();
        await ExecuteAsync("delete from ledger.mt_events where stream_id = $1 and version > 18");
        await ExecuteAsync("update ledger.mt_streams set version = 18 where id = $1");
        var broken = (await store.VerifyChainAsync()).FirstBroken.ShouldNotBeNull();
        broken.Seq.ShouldBe(19);
        broken.Reason.ShouldStartWith("The chain ends at seq 18 with the hash '");
        broken.Reason.ShouldContain("', but the stored head is seq 20 with the hash '");
    }

    [Fact]
    public async Task Verify_EmptiedStore_IsBroken()
    {
        await using var store = await FilledAsync();
        await ExecuteAsync("delete from ledger.mt_streams where id = $1");
        var broken = (await store.VerifyChainAsync()).FirstBroken.ShouldNotBeNull();
        broken.Seq.ShouldBe(1);
        broken.Reason.ShouldStartWith("The chain is empty, but the stored head is seq 20 with the hash '");

        // The store goes on from the kept head, and the gap stays.
        (await store.UpsertAsync(new ChronoRecord { Id = "after" })).Seq.ShouldBe(21);
        (await store.VerifyChainAsync()).FirstBroken!.Seq.ShouldBe(21);
    }

    [Theory]
    [InlineData("update ledger.mt_events set data = jsonb_set(data, '{text}', to_jsonb(replace(data ->> 'text', 'Says 6', 'says 6'))) where stream_id = $1 and version = 7", 7)]
    [InlineData("update ledger.mt_events set data = jsonb_set(data, '{hash}', to_jsonb(repeat('0', 64))) where stream_id = $1 and version = 7", 7)]
    [InlineData("update ledger.mt_events set data = '{}' where stream_id = $1 and version = 7", null)]
    [InlineData("update ledger.mt_events set type = 'note' where stream_id = $1 and version = 7", 8)]
    [InlineData("delete from ledger.mt_events where stream_id = $1 and version = 7", 8)]
    [InlineData("update ledger.mt_events set version = version + 100 where stream_id = $1 and version = 7", 8)]
    public async Task Verify_EventChanged_NamesThePlace(string sql, int? seq)
    {
        await using var store = await FilledAsync();
        await ExecuteAsync(sql);
        var verdict = await store.VerifyChainAsync(new ChronoVerification { Deep = true });
        verdict.ChainValid.ShouldBeFalse();
        verdict.FirstBroken!.Seq.ShouldBe(seq);
    }

    [Theory]
    [InlineData("update ledger.chrono_record set text = replace(text, 'Says 6', 'says 6') where stream = $1", "The row of the record 'R-6' differs from what seq 7 wrote.")]
    [InlineData("update ledger.chrono_record set status = 'deprecated' where stream = $1 and id = 'R-6'", "The row of the record 'R-6' differs from what seq 7 wrote.")]
    [InlineData("update ledger.chrono_record set text = 'x' where stream = $1 and id = 'R-6'", "The row of the record 'R-6' differs from what seq 7 wrote.")]
    [InlineData("delete from ledger.chrono_record where stream = $1 and id = 'R-6'", "The row of the record that seq 7 wrote is missing.")]
    [InlineData("update ledger.chrono_record set key = sha256('x') where stream = $1 and id = 'R-6'", "There is a row of the record 'R-6', which no event created.")]
    public async Task Verify_RowChanged_IsFoundByTheDeepOne(string sql, string text)
    {
        await using var store = await FilledAsync();
        await ExecuteAsync(sql);
        (await store.VerifyChainAsync()).Warnings.ShouldBeEmpty();
        (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).Warnings
            .Where(w => w.Code == "row_differs").Select(w => w.Text).ShouldContain(text);
        await store.RebuildAsync();
        (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("delete from ledger.chrono_change where stream = $1 and key = sha256('R-6')", "The history of the record 'R-6' differs from the log.")]
    [InlineData("update ledger.chrono_change set applied = false where stream = $1 and version = 7", "The history of the record 'R-6' differs from the log.")]
    [InlineData("insert into ledger.chrono_change values ($1, sha256('R-6'), 3, true)", "The history of the record 'R-6' differs from the log.")]
    [InlineData("insert into ledger.chrono_change values ($1, sha256('x'), 3, true)", "The history of a record without a row differs from the log.")]
    public async Task Verify_HistoryChanged_IsFoundByTheDeepOne(string sql, string text)
    {
        await using var store = await FilledAsync();
        await store.DeleteAsync("R-6");
        await store.DeleteAsync("nobody");
        (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).Warnings.ShouldBeEmpty();
        await ExecuteAsync(sql);
        (await store.VerifyChainAsync()).Warnings.ShouldBeEmpty();
        var warning = (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).Warnings.ShouldHaveSingleItem();
        (warning.Code, warning.Text).ShouldBe(("history_differs", text));
        await store.RebuildAsync();
        (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Get_RowThatIsNoRecord_SaysWhatToDo()
    {
        await using var store = await FilledAsync();
        await ExecuteAsync("update ledger.chrono_record set text = 'x' where stream = $1 and id = 'R-6'");
        (await Should.ThrowAsync<ChronoRowException>(() => store.GetAsync("R-6"))).Message.ShouldBe(
            "The row of the record 'R-6' was changed by hand: malformed JSON at byte 1: a value is expected."
            + " Verify the store with its rows, and rebuild them from the log.");
        await store.RebuildAsync();
        (await store.GetAsync("R-6"))!.Label.ShouldBe("Says 6");
    }

    [Fact]
    public async Task Verify_RecomputedChain_IsFoundByAHeadKeptElsewhere()
    {
        await using var store = await FilledAsync();
        var head = await store.GetHeadAsync();
        foreach (var table in (string[])["chrono_head", "chrono_record", "chrono_change"])
        {
            await ExecuteAsync($"delete from ledger.{table} where stream = $1");
        }

        await ExecuteAsync("delete from ledger.mt_streams where id = $1");
        await using var other = new ChronoStore(database.Store, _project);
        await other.UpsertManyAsync(Enumerable.Range(0, 20).Select(i => new ChronoRecord { Id = $"R-{i}", Label = "other" }));
        (await other.VerifyChainAsync()).ChainValid.ShouldBeTrue();
        (await other.VerifyChainAsync(new ChronoVerification { Expected = head })).Warnings.Single().Code.ShouldBe("head_differs");
    }

    [Fact]
    public async Task Verify_ArchivedEventChanged_NamesThePlace()
    {
        await using var store = await FilledAsync();
        await store.CompactAsync();
        await ExecuteAsync("delete from ledger.chrono_archive where stream = $1 and version = 5");
        (await store.VerifyChainAsync()).FirstBroken!.Seq.ShouldBe(6);
    }

    [Fact]
    public async Task Read_RowsOfAStoreThatWasCopiedWithoutThem_AreMadeFirst()
    {
        await using var store = await FilledAsync();
        var (all, head) = (await store.ReadRecordsAsync().ToListAsync(), await store.GetHeadAsync());
        foreach (var table in (string[])["chrono_head", "chrono_record", "chrono_change"])
        {
            await ExecuteAsync($"delete from ledger.{table} where stream = $1");
        }

        await using var copy = new ChronoStore(database.Store, _project);
        (await copy.ReadRecordsAsync().ToListAsync()).ShouldBe(all);
        (await copy.GetHeadAsync()).ShouldBe(head);
    }

    [Fact]
    public async Task Compact_StreamThatABranchShares_IsRefused()
    {
        await using var store = await FilledAsync();
        await (await new AgentLedger(database.Store).OpenAsync(store.Stream)).ForkAsync(new Position(5));
        (await Should.ThrowAsync<ChronoSharedException>(() => store.CompactAsync())).Message
            .ShouldBe($"A branch shares the events of '{store.Stream}', so they stay where they are. Nothing was compacted.");
        (await store.SequenceAsync()).ShouldBe(20);
    }

    private async Task<ChronoStore> FilledAsync()
    {
        var store = new ChronoStore(database.Store, _project);
        await store.UpsertManyAsync(Enumerable.Range(0, 20).Select(i => new ChronoRecord { Id = $"R-{i}", Label = $"Says {i}" }));
        return store;
    }

    // Who forges has the triggers that guard events out of the way.
    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (sql.StartsWith("delete from ledger.mt_events", StringComparison.Ordinal))
        {
            await using var guards = new NpgsqlCommand("set local session_replication_role = replica", connection, transaction);
            await guards.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddWithValue($"chrono:{_project}");
        await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
