using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Local;

public sealed class DbTests : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("ledger-cli-").FullName;

    private Cli Cli => new()
    {
        Environment = new Dictionary<string, string> { ["LEDGER_HOME"] = _home },
        TimeProvider = TimeProvider.System,
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Cli.RunAsync("db", "stop");
        var folder = (await Cli.JsonAsync("db", "path")).GetProperty("data_folder").GetString()!;
        if (!folder.StartsWith(_home, StringComparison.Ordinal))
        {
            // Root's server lives in a folder of its own: {folder}/{major version}/data.
            Directory.GetParent(folder)!.Parent!.Delete(recursive: true);
        }

        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task PrivateServer_StartsOnDemandAndIsMigrated()
    {
        var before = await Cli.JsonAsync("db", "status");
        before.GetProperty("running").GetBoolean().ShouldBeFalse();
        before.TryGetProperty("server_version", out _).ShouldBeFalse();

        (await Cli.RunAsync("run", "start", "--id", "a")).ShouldSucceed().ShouldBe("Run ID : a\n");

        var status = await Cli.JsonAsync("db", "status");
        status.EnumerateObject().Select(m => m.Name).ShouldBe(["running", "data_folder", "connection_string", "server_version"]);
        status.GetProperty("running").GetBoolean().ShouldBeTrue();
        await using (var source = NpgsqlDataSource.Create(status.GetProperty("connection_string").GetString()!))
        await using (var command = source.CreateCommand("select count(*) from ledger.mt_streams"))
        {
            (await command.ExecuteScalarAsync()).ShouldBe(1L);
        }

        (await Cli.RunAsync("db", "path")).ShouldSucceed().ShouldBe(status.GetProperty("data_folder").GetString() + "\n");
        (await Cli.RunAsync("db", "stop")).ShouldSucceed().ShouldStartWith("Running : no\n");
        (await Cli.RunAsync("db", "stop")).ShouldSucceed();
        (await Cli.RunAsync("db", "start")).ShouldSucceed().ShouldStartWith("Running : yes\n");
        (await Cli.RunAsync("run", "list")).ShouldSucceed().ShouldEndWith("  a\n");

        // A misspelt schema is not made by asking for it.
        (await Cli.RunAsync("run", "list", "--schema", "nope")).ShouldBeRefused(
            1, "There is no schema 'nope' with a log on your private server. 'ledger migrate apply --schema nope' makes it.");
        (await Cli.RunAsync("run", "list", "--schema", "ledger")).ShouldSucceed();
        (await Cli.RunAsync("migrate", "apply", "--schema", "nope")).ShouldSucceed();
        (await Cli.RunAsync("run", "list", "--schema", "nope")).ShouldSucceed();
    }
}
