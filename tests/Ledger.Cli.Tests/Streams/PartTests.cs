using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Streams;

/// <summary><c>ID@N</c>, the first events of a run or branch.</summary>
public sealed partial class PartTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    private const string Writes = "It writes at the end, or to what is stored.";
    private const string Present = "It is about what is there now.";
    private const string Whole = "It is about the stream and not about a place in it.";

    /// <summary>What names a run or branch and takes no position: why not, and a call that is refused, in which R is a run of two events; null where nothing is looked up.</summary>
    private static readonly Dictionary<string, (string Reason, string? Refused)> Without = new(StringComparer.Ordinal)
    {
        ["run rename ID"] = (Writes, "run rename R@1 t"),
        ["run label ID"] = (Writes, "run label R@1 --add x"),
        ["run archive ID"] = (Writes, "run archive R@1"),
        ["append STREAM"] = (Writes, "append R@1 --type t"),
        ["snapshot ID"] = (Writes, "snapshot R@1"),
        ["merge TARGET"] = (Writes, "merge R@1 R"),
        ["cherry-pick TARGET"] = (Writes, "cherry-pick R@1 R e"),
        ["cherry-pick SOURCE"] = ("The events are chosen one by one.", "cherry-pick R R@1 e"),
        ["rebase ONTO"] = ("A branch is put onto its end.", "rebase R R@1"),
        ["calls release ID"] = (Writes, "calls release R@1 0197f5a2-1c8e-7b3a-9d2f-5e6a7b8c9d0e"),
        ["calls answer ID"] = (Writes, "calls answer R@1 0197f5a2-1c8e-7b3a-9d2f-5e6a7b8c9d0e 1"),
        ["calls list ID"] = (Present, "calls list R@1"),
        ["approvals approve ID"] = (Writes, "approvals approve R@1 0197f5a2-1c8e-7b3a-9d2f-5e6a7b8c9d0e --by me"),
        ["approvals deny ID"] = (Writes, "approvals deny R@1 0197f5a2-1c8e-7b3a-9d2f-5e6a7b8c9d0e --by me"),
        ["approvals list ID"] = (Present, "approvals list R@1"),
        ["budget show ID"] = (Present, "budget show R@1"),
        ["budget set ID"] = (Writes, "budget set R@1 --calls 1"),
        ["budget join ID"] = (Writes, "budget join R@1 task:t"),
        ["branches ID"] = (Whole, "branches R@1"),
        ["branch list ID"] = (Whole, "branch list R@1"),
        ["seal prove EVENT|RUN"] = (Whole, "seal prove R@1"),
        ["mask --stream"] = (Whole, "mask --stream R@1 --path $.data.x --reason asked"),
        ["projections rebuild --stream"] = (Whole, "projections rebuild world --stream R@1"),
        ["task list --run"] = (Whole, null),
        ["task save --run"] = (Whole, null),
        ["import --id"] = ("It is the name of a new one.", null),
    };

    [Fact]
    public void WhatNamesARunOrBranch_TakesAPosition_OrSaysWhyNot()
    {
        var found = new List<string>();
        foreach (var command in All())
        {
            var named = command.Command.Arguments.Select(a => (a.Name, a.Description)).Concat(command.Command.Options.Select(o => (o.Name, o.Description)));
            found.AddRange(named.Where(item => NamesARun().IsMatch(item.Description!) && !TakesAPosition().IsMatch(item.Description!)).Select(item => $"{command.Words} {item.Name}"));
        }

        found.ShouldBe(Without.Keys, ignoreOrder: true);
    }

    [Fact]
    public async Task WhatTakesNoPosition_RefusesOne_AndWritesNothing()
    {
        await database.StartAsync("whole", 2);
        var before = (await database.Cli.RunAsync("log", "--json")).ShouldSucceed();

        foreach (var call in Without.Values.Select(value => value.Refused).OfType<string>())
        {
            var result = await database.Cli.RunAsync(call.Replace("R", "whole", StringComparison.Ordinal).Split(' '));

            result.Error.ShouldMatch("'(run:)?whole@1' (means|is) the first event of '?run:whole", call);
            result.ExitCode.ShouldBeOneOf(1, 2);
        }

        (await database.Cli.RunAsync("log", "--json")).ShouldSucceed().ShouldBe(before);
    }

    [Fact]
    public async Task Status_Export_Divergence_AndTrace_AreThoseOfTheFirstEvents()
    {
        await database.StartAsync("part", 3);
        var cli = database.Cli;
        var status = await cli.JsonAsync("status", "part@2");
        (status.GetProperty("length").GetInt64(), status.GetProperty("version").GetInt64(), status.GetProperty("stream").GetString()).ShouldBe((2, 2, "run:part"));
        (await cli.RunAsync("status", "part@2")).ShouldSucceed().ShouldStartWith("Stream : run:part@2\nLength : 2 events\n");

        var whole = (await cli.RunAsync("export", "part")).ShouldSucceed();
        (await cli.RunAsync("export", "part@2")).ShouldSucceed().ShouldBe(string.Concat(whole.Split('\n').Take(2).Select(line => line + "\n")));
        (await cli.RunAsync("export", "cloudevents", "part@1")).ShouldSucceed().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1);

        (await cli.RunAsync("divergence", "part@2", "part")).ShouldSucceed()
            .ShouldMatch(@"\ACommon prefix : 2 events \(2 by reference\)\nrun:part@2 : ends there\nrun:part : 2  object\.created  ");
        (await cli.RunAsync("divergence", "part@2", "part@2")).ShouldSucceed().ShouldEndWith("The histories are the same.\n");

        var last = (await cli.JsonAsync("events", "part", "--last", "1"))[0].GetProperty("id").GetString()!;
        (await cli.RunAsync("trace", last, "--run", "part@3")).ShouldSucceed();
        (await cli.RunAsync("trace", last, "--run", "part@2")).ShouldBeRefused(1, $"There is no event '{last}' in 'run:part@2'. 'ledger events run:part@2' lists its events.");
        (await cli.RunAsync("status", "part@4")).ExitCode.ShouldBe(1);
    }

    private static IEnumerable<(string Words, LedgerCommand Command)> All() => Commands.Create().Subcommands.SelectMany(command =>
        command is LedgerCommand single ? [(single.Name, single)] : command.Subcommands.Cast<LedgerCommand>().Select(verb => ($"{command.Name} {verb.Name}", verb)));

    [GeneratedRegex("run or branch|by its id or stream name|The branch to rebase|or a run or")]
    private static partial Regex NamesARun();

    [GeneratedRegex("[A-Z]+@N")]
    private static partial Regex TakesAPosition();
}
