using Ledger.Cli.Connections;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Streams;

/// <summary>Opens runs and branches by the text that people type, in one query.</summary>
internal static class Histories
{
    private const int MostNames = 1000;

    /// <summary>A handle on a run or branch that must exist.</summary>
    public static Task<Run> FindAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        WithNearAsync(connection, [id], () => StoredRuns.FindAsync(connection.Ledger, id, cancellationToken), cancellationToken);

    /// <summary>The same, and the position that <c>ID@N</c> names.</summary>
    public static Task<(Run Run, Position? At)> FindAtAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        WithNearAsync(connection, [id], () => StoredRuns.FindAtAsync(connection.Ledger, id, cancellationToken), cancellationToken);

    /// <summary>A handle on a run or branch that must exist, or on its first events where the text is <c>ID@N</c>.</summary>
    public static async Task<Run> FindPartAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        await PartOfAsync(await FindAtAsync(connection, id, cancellationToken), cancellationToken);

    /// <summary>The same for two.</summary>
    public static async Task<(Run A, Run B)> FindPartsAsync(LedgerConnection connection, string a, string b, CancellationToken cancellationToken)
    {
        var (left, right) = await FindAtAsync(connection, a, b, cancellationToken);
        return (await PartOfAsync(left, cancellationToken), await PartOfAsync(right, cancellationToken));
    }

    /// <summary>The first events of a run, if a position is named.</summary>
    public static async Task<Run> PartOfAsync((Run Run, Position? At) named, CancellationToken cancellationToken) =>
        named.At is { } at ? await named.Run.AsOfAsync(at, cancellationToken) : named.Run;

    /// <summary>Handles on two, and the positions that <c>ID@N</c> names.</summary>
    public static Task<((Run Run, Position? At) A, (Run Run, Position? At) B)> FindAtAsync(
        LedgerConnection connection, string a, string b, CancellationToken cancellationToken) =>
        FindAtAsync(connection, connection.Ledger, a, b, cancellationToken);

    /// <summary>The same for two, with rules for merges.</summary>
    public static Task<((Run Run, Position? At) A, (Run Run, Position? At) B)> FindAtAsync(
        LedgerConnection connection, AgentLedger ledger, string a, string b, CancellationToken cancellationToken) =>
        WithNearAsync(connection, [a, b], () => StoredRuns.FindAtAsync(ledger, a, b, cancellationToken), cancellationToken);

    /// <summary>Handles on two runs or branches that must exist.</summary>
    public static Task<(Run A, Run B)> FindAsync(LedgerConnection connection, string a, string b, CancellationToken cancellationToken) =>
        WithNearAsync(connection, [a, b], () => StoredRuns.FindAsync(connection.Ledger, a, b, cancellationToken), cancellationToken);

    // What was probably meant is looked for among the first runs and branches alone: a log may have millions.
    private static async Task<T> WithNearAsync<T>(LedgerConnection connection, string[] texts, Func<Task<T>> find, CancellationToken cancellationToken)
    {
        try
        {
            return await find();
        }
        catch (RefusalException refusal) when (refusal.Code == FailureCodes.NotFound && texts.FirstOrDefault(text => refusal.Message.Contains($"'{text}'", StringComparison.Ordinal)) is { } text)
        {
            var typed = text.Split('@')[0];
            var category = typed.StartsWith("branch:", StringComparison.Ordinal) ? "branch:" : "run:";
            var names = connection.Store.ListStreamsAsync(category, cancellationToken: cancellationToken).Take(MostNames).Select(stream => stream.Name);
            var near = NearestWord.Find(typed, await names.Select(name => typed.Contains(':', StringComparison.Ordinal) ? name.Value : name.Id).ToListAsync(cancellationToken));
            throw near is null ? refusal : new StreamText(text).NotFound(near);
        }
    }
}
