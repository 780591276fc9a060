using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Samples;

/// <summary>The sample of docs/seal.md.</summary>
public sealed class Sealing
{
    [Fact]
    public async Task Application_WithASeal_HasItInItsContainer()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-sample");
        try
        {
            await using var database = await SealDatabase.CreateAsync();
            var (keyFile, writeOnceFolder) = (Path.Combine(folder.FullName, "seal.key"), Path.Combine(folder.FullName, "worm"));
            await File.WriteAllTextAsync(keyFile, database.Key.Export());
            var services = new ServiceCollection();
            services.AddSingleton(database.DataSource);

            // sample: a seal in an application
            services.AddLedger().AddLedgerSeal();
            services.AddLedgerDaemon(daemon => daemon.WithSeal(new SealOptions
            {
                Signers = [SealKey.Parse(File.ReadAllText(keyFile))],   // or an INoteSigner of your own, for a key in an HSM
                CheckpointEvery = TimeSpan.FromMinutes(1),
                Anchor = new AnchorFolder(writeOnceFolder),             // or an ICheckpointAnchor of your own
            }));
            // end of sample

            await using var provider = services.BuildServiceProvider();
            (await provider.GetRequiredService<LogSeal>().GetStatusAsync()).Size.ShouldBe(0);
            provider.GetRequiredService<ProjectionDaemon>().ShouldNotBeNull();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
