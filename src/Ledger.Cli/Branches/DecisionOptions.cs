using System.CommandLine;
using System.Text.Json;
using Ledger.Cli.Connections;
using Ledger.Cli.Files;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Merging;
using Ledger.Worlds;

namespace Ledger.Cli.Branches;

/// <summary>The options by which people decide conflicts.</summary>
internal sealed class DecisionOptions(string target, string source)
{
    private readonly Option<bool> _ours = new("--ours") { Description = $"Decide conflicts for {target}." };
    private readonly Option<bool> _theirs = new("--theirs") { Description = $"Decide conflicts for {source}." };
    private readonly Option<string?> _resolve = new("--resolve")
    {
        Description = "A file of decisions: what '--preview --json' prints, with \"take\": \"ours\", \"theirs\" or \"remove\", or a \"value\", in each conflict. "
            + "Those whose values have changed are not used. '-' reads standard input.",
        HelpName = "FILE",
    };

    private readonly DeepOption _deep = new();

    public IEnumerable<Option> All => [_ours, _theirs, _resolve, _deep.Option];

    /// <summary>Handles on the two runs or branches, which must exist, that merge as the options say.</summary>
    public Task<(Run A, Run B)> FindAsync(Session session, LedgerConnection connection, string a, string b, CancellationToken cancellationToken) =>
        StoredRuns.FindAsync(connection.LedgerWith(_deep.RulesOf(session)), a, b, cancellationToken);

    /// <summary>The same, where a part of the source will do.</summary>
    /// <param name="session">The call.</param>
    /// <param name="connection">The database.</param>
    /// <param name="target">The one that is taken whole.</param>
    /// <param name="source">The one of which <c>ID@N</c> means the first N events.</param>
    /// <param name="at">The option that means the same.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<(Run Target, Run Source, Position? At)> FindAsync(
        Session session, LedgerConnection connection, string target, string source, Option<Position?> at, CancellationToken cancellationToken)
    {
        var (whole, part) = await Histories.FindAtAsync(connection, connection.LedgerWith(_deep.RulesOf(session)), target, source, cancellationToken);
        if (whole.At is { } place)
        {
            throw new UsageException($"'{target}' means {HistoryText.FirstEvents(place)} of {whole.Run.StreamName}, but this is about all of it. Name '{whole.Run.StreamName}'.");
        }

        return (whole.Run, part.Run, HistoryText.One(part.At, session.Get(at), at.Name));
    }

    /// <summary>Checks the options and reads the file, before anything is connected to.</summary>
    /// <exception cref="UsageException">They exclude each other.</exception>
    /// <exception cref="RefusalException">The file is not a list of decisions.</exception>
    public async Task<Func<MergeResolver>> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_ours) && session.Get(_theirs))
        {
            throw new UsageException("--ours and --theirs exclude each other; --resolve decides one by one.");
        }

        var rules = _deep.RulesOf(session);
        var decisions = await DecisionsAsync(session, cancellationToken);
        return () => MergeDecisions.ToResolver(decisions, rules, session.Get(_ours) ? "ours" : session.Get(_theirs) ? "theirs" : null);
    }

    /// <summary>Runs what decisions are used for; one that does not fit is a refusal.</summary>
    public static async Task RefusingAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw new RefusalException($"{fault.Message.Split(" (Parameter", 2)[0]} Nothing was written.", FailureCodes.InvalidInput);
        }
    }

    private async Task<IReadOnlyList<MergeConflictContract>> DecisionsAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_resolve) is not { } file)
        {
            return [];
        }

        var name = file == "-" ? "standard input" : $"'{file}'";
        await using var input = file == "-" ? session.Io.Input : File.OpenRead(file);
        var content = await WholeFile.ReadAsync(input, name, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement is { ValueKind: JsonValueKind.Object } preview
                && (preview.TryGetProperty("conflicts", out _) || preview.TryGetProperty("decisions", out _))
                ? [.. ListOf(preview, "conflicts"), .. ListOf(preview, "decisions")]
                : ListOf(document.RootElement);
        }
        catch (JsonException fault)
        {
            throw new RefusalException($"{name} is not a list of decisions: {Events.JsonFault.Reason(fault.Message)} Nothing was written.", FailureCodes.InvalidInput);
        }
    }

    private static IReadOnlyList<MergeConflictContract> ListOf(JsonElement preview, string name) =>
        preview.TryGetProperty(name, out var list) ? ListOf(list) : [];

    private static IReadOnlyList<MergeConflictContract> ListOf(JsonElement list) =>
        list.Deserialize(ContractContext.Default.IReadOnlyListMergeConflictContract) ?? [];
}
