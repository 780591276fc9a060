using Ledger.Postgres.Local;

namespace Ledger.Testing;

/// <summary>The data folder of a server that has never run: made by <c>initdb</c> once a process, and copied for each throw-away server.</summary>
/// <remarks>
/// <c>initdb</c> takes more than a second of processor time, a copy less than a tenth. The copies have the same system identifier, which matters
/// only to servers that replicate each other, and those copy one another anyway.
/// </remarks>
internal static class FreshData
{
    private static readonly Lazy<Task<ServerPlace>> Made = new(MakeAsync);

    /// <summary>Fills the data folder of a place that is prepared and has none.</summary>
    internal static async Task CopyToAsync(ServerPlace place, CancellationToken cancellationToken)
    {
        var made = await Made.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        var copied = await ProgramRun.RunAsync(place.Account, place.Folder, "cp", ["-Rp", made.DataFolder, ServerPlace.DataName], cancellationToken)
            .ConfigureAwait(false);
        if (copied.ExitCode != 0)
        {
            throw new LocalClusterException(place.Folder, $"The data folder of the test server in '{place.Folder}' could not be copied: {copied.LastWords}");
        }
    }

    private static async Task<ServerPlace> MakeAsync()
    {
        var account = ServerAccount.Choose();
        var folder = await OwnServer.ChooseFolderAsync(TestDurability.None, account, CancellationToken.None).ConfigureAwait(false);
        var watchdog = Watchdog.Start(folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => watchdog.RemoveAtExit();
        var place = new ServerPlace(folder, folder, account);
        var options = new TestPostgresOptions();
        await place.PrepareAsync(CancellationToken.None).ConfigureAwait(false);
        await new PostgresServer(place, PostgresPrograms.Find(), options.AllSettings(), options.Timeout, TimeProvider.System)
            .InitializeAsync(CancellationToken.None, "--no-sync").ConfigureAwait(false);
        return place;
    }
}
