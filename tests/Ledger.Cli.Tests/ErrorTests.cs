using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Ledger.Conformance.Conventions;
using Ledger.Explorer.Failures;
using Ledger.Mcp;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>What programs get of a failure: with <c>--json</c>, or JSON Lines, one object with a code.</summary>
public sealed class ErrorTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    // They are thrown in applications, by what no command does.
    private static readonly string[] OfApplications =
    [
        "ApprovalDeniedException", "ApprovalPendingException", "BudgetExceededException", "CallAnsweredException", "CallNotMadeException",
        "CallNotRecordedException", "CallUnknownException", "RecordedFailureException",
    ];

    [Fact]
    public async Task Json_OfEveryKind_IsAsApproved()
    {
        await database.StartAsync("first", 2);
        (await database.Cli.RunAsync("run", "start", "--id", "old")).ShouldSucceed();
        (await database.Cli.RunAsync("run", "archive", "old")).ShouldSucceed();
        var story = new Transcript(database.Cli with { Input = "[" });
        foreach (var line in (string[])[
            "frok", "fork first", "events first --bogus", "run list --output csv", "run list --profile nix", "task list --after x",
            "events nix", "object first nix", "task show nix", "chrono verify nix", "chrono get demo nix", "import no-such-file", "append branch:nix --type t",
            "world first --at 99", "fork first --at 99", "run start --id first", "append first --type t --expect 7", "append old --type t",
            "append first --file -", "append first --type object.patched --data {\"id\":\"nix\"} --validate", "append first --type \u202e\u009b --data \"\\u0000\"",
            "query select\u00a0nix\u00a0from\u00a0ledger.runs", "query drop\u00a0table\u00a0ledger.mt_events", "events first --schema nope", "invoke nix:nix",
        ])
        {
            await story.RunAsync([.. line.Split(' ').Select(word => word.Replace('\u00a0', ' ')), "--json"]);
        }

        await story.RunAsync("events", "nix", "--output", "ndjson");
        await story.RunAsync("run", "list", "--output", "xml");
        await story.RunAsync("events", "first", "--connection", "Host=127.0.0.1;Port=1", "--retry-for", "0", "--json");

        Approved.Check("errors", story.ToString().Replace("\u202e", "<U+202E>", StringComparison.Ordinal).Replace("\u009b", "<U+009B>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_InAProfileOrAVariable_IsUsedToo()
    {
        var cli = database.Cli with { Environment = new Dictionary<string, string> { ["LEDGER_OUTPUT"] = "ndjson" } };

        using var error = JsonDocument.Parse((await cli.RunAsync("events", "nix")).Error);

        error.RootElement.GetProperty("code").GetString().ShouldBe("not_found");
        (await cli.RunAsync("events", "nix", "--output", "table")).Error.ShouldStartWith("ledger: There is no stream");
    }

    /// <summary>An exception that is new has to be sorted in; <c>bug</c> would blame the program.</summary>
    [Fact]
    public void EveryException_HasACodeOfItsKind()
    {
        var assemblies = new[] { typeof(Run), typeof(Postgres.PostgresFaults), typeof(Seal.SealBrokenException), typeof(UsageException) }.Select(type => type.Assembly);
        var faults = assemblies.SelectMany(a => a.GetTypes()).Where(t => t.IsAssignableTo(typeof(Exception)) && t.IsPublic && !OfApplications.Contains(t.Name)).ToList();

        faults.Count.ShouldBeGreaterThan(40);
        foreach (var type in faults)
        {
            var fault = (Exception)RuntimeHelpers.GetUninitializedObject(type);
            FailureCodes.Of(fault).ShouldNotBe(FailureCodes.Bug, type.Name);
            IsKnown(() => FailureTable.Find(fault) is not null).ShouldBeTrue(type.Name);
            IsKnown(() => !Failures.Of(fault, CancellationToken.None).Message!.StartsWith("A bug in this program", StringComparison.Ordinal)).ShouldBeTrue(type.Name);
            FailureCodes.All.Select(known => known.Code).ShouldContain(FailureCodes.Of(fault));
        }

        FailureCodes.Of(new NpgsqlException("x", new System.Net.Sockets.SocketException(111))).ShouldBe(FailureCodes.Unreachable);
        FailureCodes.Of(new PostgresException("x", "ERROR", "ERROR", PostgresErrorCodes.InsufficientPrivilege)).ShouldBe(FailureCodes.Forbidden);
        FailureCodes.Of(new InvalidOperationException("x")).ShouldBe(FailureCodes.Bug);
    }

    // One that lacks its facts here was found too.
    private static bool IsKnown(Func<bool> isKnown)
    {
        try
        {
            return isKnown();
        }
        catch (NullReferenceException)
        {
            return true;
        }
    }

    [Fact]
    public void EveryCode_IsInTheTable()
    {
        var codes = typeof(FailureCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
        FailureCodes.All.Select(known => known.Code).ShouldBe(codes);

        var page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/command-line.md"));
        var table = page[page.IndexOf("| code |", StringComparison.Ordinal)..].Split("\n\n")[0].TrimEnd().Split('\n').Skip(2);
        table.ShouldBe(FailureCodes.All.Select(known => $"| `{known.Code}` | {known.Meaning} |"));
    }
}
