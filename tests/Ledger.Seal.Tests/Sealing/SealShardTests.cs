using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Tenants;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Sealing;

/// <summary>The daemon seals after the appends and signs by the clock.</summary>
public sealed class SealShardTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Daemon_LogGrows_SealsAndSignsIt()
    {
        await using var database = await SealDatabase.CreateAsync();
        var options = new DaemonOptions().WithSeal(new SealOptions
        {
            Signers = [database.Key], SealEvery = TimeSpan.FromMilliseconds(10), CheckpointEvery = TimeSpan.FromMilliseconds(100),
        });
        await using var first = new ProjectionDaemon(database.DataSource, null, options);
        await first.StartAsync();
        await using var second = new ProjectionDaemon(database.DataSource, null, options);
        await second.StartAsync();
        await database.FillAsync(100);
        await UntilSignedAsync(database, 103);
        await first.StopAsync();
        await database.FillAsync(9);
        await UntilSignedAsync(database, 113);

        var (audit, findings) = await database.AuditAsync();

        findings.ShouldBeEmpty();
        audit.Events.ShouldBe(113);
        (await database.ScalarAsync<long>("select last_seq_id from ledger.mt_event_progression where name = 'ledger:seal:All'")).ShouldBe(
            await database.ScalarAsync<long>("select max(seq_id) from ledger.mt_events"));
    }

    [Fact]
    public async Task Daemon_SealedMeanwhileByHand_GoesOnAfterIt()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await using var daemon = new ProjectionDaemon(
            database.DataSource,
            null,
            new DaemonOptions().WithSeal(new SealOptions { Signers = [database.Key], SealEvery = TimeSpan.Zero, CheckpointEvery = TimeSpan.FromMilliseconds(100) }));
        await daemon.StartAsync();
        await database.FillAsync(9);
        await UntilSignedAsync(database, 53);

        (await database.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Daemon_SignerFails_GoesOnSealingAndTriesAgain(bool isTimeout)
    {
        await using var database = await SealDatabase.CreateAsync();
        var signer = new FailingSigner(database.Key, isTimeout ? new OperationCanceledException("The HSM was slow.") : new InvalidOperationException("The HSM is away.")) { Fails = 2 };
        await using var daemon = new ProjectionDaemon(
            database.DataSource,
            null,
            new DaemonOptions().WithSeal(new SealOptions { Signers = [signer], SealEvery = TimeSpan.Zero, CheckpointEvery = TimeSpan.FromMilliseconds(100) }));
        await daemon.StartAsync();
        await database.FillAsync(30);
        await UntilSignedAsync(database, 33);

        signer.Fails.ShouldBeLessThanOrEqualTo(0);
    }

    [Fact]
    public async Task Tenants_ADatabaseEach_HaveTheirOrigins()
    {
        await using var acme = await SealDatabase.CreateAsync();
        await using var bolt = await SealDatabase.CreateAsync();
        var keys = new Dictionary<string, SealKey> { ["acme"] = SealKey.Generate("example.com/acme"), ["bolt"] = SealKey.Generate("example.com/bolt") };
        await using var tenants = new TenantLedgers(new StaticTenants([new TenantDatabase("acme", acme.ConnectionString), new TenantDatabase("bolt", bolt.ConnectionString)]));
        Should.Throw<ArgumentException>(() => new TenantDaemons(tenants, acme.DataSource, With("acme"))).Message.ShouldStartWith("These options would seal the log of every tenant");
        await using var daemons = new TenantDaemons(tenants, acme.DataSource, With);
        await acme.FillAsync(25);
        await bolt.FillAsync(30);
        await daemons.StartAsync();

        await UntilSignedAsync(acme, 28);
        await UntilSignedAsync(bolt, 33);

        Checkpoint.Of((await acme.Seal.FindCheckpointAsync())!).Origin.ShouldBe("example.com/acme");
        Checkpoint.Of((await bolt.Seal.FindCheckpointAsync())!).Origin.ShouldBe("example.com/bolt");

        DaemonOptions With(string tenant) => new DaemonOptions().WithSeal(
            new SealOptions { Signers = [keys[tenant]], SealEvery = TimeSpan.Zero, CheckpointEvery = TimeSpan.FromMilliseconds(100) });
    }

    [Fact]
    public void Options_WithFaults_AreRefused()
    {
        var options = new DaemonOptions();
        Should.Throw<ArgumentException>(() => options.WithSeal(new SealOptions { Signers = [SealKey.Generate("a"), SealKey.Generate("b")] }));
        Should.Throw<ArgumentException>(() => options.WithSeal(new SealOptions { CheckpointEvery = TimeSpan.Zero }));
        Should.Throw<ArgumentException>(() => options.WithSeal(new SealOptions { SealEvery = TimeSpan.FromHours(1) }));
        Should.Throw<ArgumentException>(() => SealKey.Generate("with space"));
    }

    private static async Task UntilSignedAsync(SealDatabase database, long size)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await database.Seal.FindCheckpointAsync(patience.Token) is not { } note || Checkpoint.Of(note).Size < size)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private sealed class FailingSigner(SealKey key, Exception fault) : INoteSigner
    {
        public int Fails { get; set; }

        public string VerifierKey => key.VerifierKey;

        public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken) =>
            Fails-- > 0 ? throw fault : key.SignAsync(text, cancellationToken);
    }
}
