using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Connections;

/// <summary>Commands that only read connect without the types of the server and the contracts of events.</summary>
public sealed class LeanConnectionTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task CommandsThatOnlyRead_PrintTheSameAsOnAnyConnection()
    {
        await database.StartAsync("lean", 2);
        await database.Cli.RunAsync("append", "lean", "--type", "object.created", "--data", """{"id": "c9", "type": "Claim", "data": {"n": 1.5}}""");
        await database.Cli.RunAsync("append", "lean", "--type", "relation.created", "--data", """{"id": "r1", "type": "on", "source_id": "c1", "target_id": "c1"}""");
        await database.Cli.RunAsync("fork", "lean", "--at", "2", "--id", "leaner");
        string[][] commands =
        [
            ["status", "lean"], ["status", "leaner"], ["events", "lean"], ["world", "lean"], ["object", "lean", "c1"], ["run", "list"], ["branches"], ["branch", "list"],
        ];
        commands.Select(words => words[0] is "run" or "branch" ? $"{words[0]} {words[1]}" : words[0]).Distinct().Order().ShouldBe(Commands.Create().Subcommands
            .SelectMany(one => one is LedgerCommand ? [(one.Name, one)] : one.Subcommands.Select(leaf => ($"{one.Name} {leaf.Name}", leaf)))
            .Where(one => one.Item2 is LedgerCommand { OnlyReads: true }).Select(one => one.Item1).Order());

        var own = new Cli { ConnectionString = database.ConnectionString };
        foreach (var command in commands)
        {
            foreach (string[] given in new[] { command, [.. command, "--json"] })
            {
                var (shared, lean) = (await database.Cli.RunAsync(given), await own.RunAsync(given));
                lean.Error.ShouldBe(shared.Error);
                lean.Output.ShouldBe(shared.Output, string.Join(' ', given));
                lean.Output.ShouldNotBeEmpty();
            }
        }
    }
}
