using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Sealing;

/// <summary>A node that seals ends where it hurts: within a page, between a page and its checkpoint, and between a checkpoint and its anchor. Another goes on.</summary>
public sealed class SealCrashTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Daemon_EndsBetweenTilesAndCheckpoint_TheNextSignsTheTree()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(30);
        var signer = new StuckSigner(database.Key);
        var first = new ProjectionDaemon(database.DataSource, null, With(signer));
        await first.StartAsync();
        await signer.Entered.Task.WaitAsync(Patience);

        // The tiles are there, and no checkpoint. The server ends its sessions, as after a crash of the node.
        (await database.ScalarAsync<long>("select size from ledger.seal_head")).ShouldBe(33);
        (await database.ScalarAsync<long>("select count(*) from ledger.seal_checkpoint")).ShouldBe(0);
        await EndSessionsAsync(database);
        await using var second = new ProjectionDaemon(database.DataSource, null, With(database.Key));
        await second.StartAsync();
        await first.DisposeAsync();
        await UntilSignedAsync(database, 33);

        var (audit, findings) = await database.AuditAsync();
        findings.ShouldBeEmpty();
        audit.Events.ShouldBe(audit.Size);
    }

    [Fact]
    public async Task Daemon_EndsWithinAPage_TheNextSealsItAgain()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(30);
        await database.SignAsync();
        var kept = (await database.Seal.FindCheckpointAsync())!;

        // The head of the tree is held, so that the page ends before its tiles are written.
        await using (var holder = new NpgsqlConnection(database.ConnectionString + ";Pooling=false"))
        {
            await holder.OpenAsync();
            await using var transaction = await holder.BeginTransactionAsync();
            await using (var hold = new NpgsqlCommand("select size from ledger.seal_head for update", holder))
            {
                await hold.ExecuteScalarAsync();
            }

            await database.FillAsync(20);
            var sealing = database.Seal.SealAsync();
            using (var patience = new CancellationTokenSource(Patience))
            {
                while (!await database.ScalarAsync<bool>($"select exists (select from pg_stat_activity where {holder.ProcessID} = any (pg_blocking_pids(pid)))"))
                {
                    await Task.Yield();
                    patience.Token.ThrowIfCancellationRequested();
                }
            }

            await database.ScalarAsync<long>($"select count(pg_terminate_backend(pid)) from pg_stat_activity where {holder.ProcessID} = any (pg_blocking_pids(pid))");
            await Should.ThrowAsync<Exception>(() => sealing);
        }

        (await database.ScalarAsync<long>("select size from ledger.seal_head")).ShouldBe(33);
        await database.SignAsync();
        var (audit, findings) = await database.AuditAsync(kept);
        findings.ShouldBeEmpty();
        (audit.Events, audit.Unsealed).ShouldBe((audit.Size, 0));
    }

    [Fact]
    public async Task Seal_PayloadIsReplacedAfterItWasRead_CommitsToTheOneThatIsThere()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(30);
        await using var other = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await other.BeginTransactionAsync())
        {
            await using (var replace = new NpgsqlCommand("update ledger.mt_events set data = '{\"kit\": \"****\"}' where seq_id = 7", other))
            {
                await replace.ExecuteNonQueryAsync();
            }

            // It has read the old payload, and waits for the head of the tree.
            var sealing = database.Seal.SealAsync();
            using var patience = new CancellationTokenSource(Patience);
            while (!await database.ScalarAsync<bool>($"select exists (select from pg_stat_activity where {other.ProcessID} = any (pg_blocking_pids(pid)))"))
            {
                patience.Token.ThrowIfCancellationRequested();
            }

            await transaction.CommitAsync();
            await sealing;
        }

        await database.SignAsync();
        var (audit, findings) = await database.AuditAsync();
        findings.ShouldBeEmpty();
        (audit.Events, audit.Unsealed).ShouldBe((audit.Size, 0));
    }

    [Fact]
    public async Task Daemon_EndsBetweenCheckpointAndAnchor_TheAnchorGetsIt()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(30);
        await database.Seal.SealAsync();
        var folder = Directory.CreateTempSubdirectory("ledger-anchor-").FullName;
        var anchor = new BrokenAnchor(new AnchorFolder(folder));
        await Should.ThrowAsync<IOException>(() => database.Seal.CheckpointAsync([database.Key], anchor));
        (await anchor.FindLastAsync(default)).ShouldBeNull();

        var note = await database.Seal.CheckpointAsync([database.Key], new AnchorFolder(folder));
        (await new AnchorFolder(folder).FindLastAsync(default))!.ToString().ShouldBe(note.ToString());

        // A backup from before that checkpoint is restored: the anchor notices it, and nothing is signed.
        await database.ForgeAsync("""
            delete from ledger.mt_events where seq_id > 20;
            delete from ledger.seal_checkpoint;
            delete from ledger.seal_leaf where seq > 20;
            update ledger.seal_tile set hashes = substr(hashes, 1, 20 * 32) where level = 0;
            update ledger.seal_head set size = 20, seq = 20
            """);
        await database.Store.AppendAsync(StreamName.Run("c"), ExpectedVersion.Any, [new KitLoaded("after the backup")]);
        await database.Seal.SealAsync();
        (await Should.ThrowAsync<SealBrokenException>(() => database.Seal.CheckpointAsync([database.Key], new AnchorFolder(folder)))).Message.ShouldContain("restored from an older backup");
        var kept = (await new AnchorFolder(folder).FindLastAsync(default))!;
        (await database.AuditAsync(kept)).Findings.ShouldContain(f => f.Kind == SealFindingKind.CutOff && f.Message.Contains("restored from an older backup", StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    private static DaemonOptions With(INoteSigner signer) => new DaemonOptions().WithSeal(
        new SealOptions { Signers = [signer], SealEvery = TimeSpan.Zero, CheckpointEvery = TimeSpan.FromMilliseconds(100) });

    private static async Task EndSessionsAsync(SealDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task UntilSignedAsync(SealDatabase database, long size)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await database.Seal.FindCheckpointAsync(patience.Token) is not { } note || Checkpoint.Of(note).Size < size)
        {
            await Task.Yield();
        }
    }

    private sealed class StuckSigner(SealKey key) : INoteSigner
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string VerifierKey => key.VerifierKey;

        public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
        {
            Entered.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return [];
        }
    }

    private sealed class BrokenAnchor(AnchorFolder folder) : ICheckpointAnchor
    {
        public Task<SignedNote?> FindLastAsync(CancellationToken cancellationToken) => folder.FindLastAsync(cancellationToken);

        public Task KeepAsync(SignedNote checkpoint, CancellationToken cancellationToken) => throw new IOException("The node ends here.");
    }
}
