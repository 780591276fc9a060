using Ledger.Log;

namespace Ledger.Cli.Streams;

/// <summary>Resolves the ids that people type.</summary>
/// <remarks>
/// <list type="number">
/// <item>A text with a colon is the name of a stream, such as <c>run:abc</c> or <c>orders:7</c>, if there is one.</item>
/// <item>Otherwise it is the id of a run, else of a branch; if both exist, the text is refused.</item>
/// <item>Otherwise it is the name of a stream, if there is one.</item>
/// </list>
/// </remarks>
internal static class StreamIds
{
    /// <summary>Finds a stream that must exist.</summary>
    /// <exception cref="RefusalException">There is no such stream, or the text matches both a run and a branch.</exception>
    public static async Task<StreamName> FindAsync(IEventStore store, string text, CancellationToken cancellationToken) =>
        await TryFindAsync(store, text, cancellationToken) ?? throw new RefusalException(
            $"There is no stream '{text}'. 'ledger run list' and 'ledger branches' show what exists.");

    /// <summary>Finds a stream, or null.</summary>
    /// <exception cref="RefusalException">The text matches both a run and a branch.</exception>
    public static async Task<StreamName?> TryFindAsync(IEventStore store, string text, CancellationToken cancellationToken)
    {
        var name = Parse(text);
        if (name.Category.Length > 0 && await store.GetStreamAsync(name, cancellationToken) is not null)
        {
            return name;
        }

        if (IsSpelledOut(text))
        {
            return null;
        }

        var run = Parse($"run:{text}");
        var branch = Parse($"branch:{text}");
        var isRun = await store.GetStreamAsync(run, cancellationToken) is not null;
        var isBranch = await store.GetStreamAsync(branch, cancellationToken) is not null;
        return (isRun, isBranch) switch
        {
            (true, true) => throw new RefusalException($"'{text}' is both a run and a branch. Write '{run}' or '{branch}'."),
            (true, false) => run,
            (false, true) => branch,
            _ => name.Category.Length == 0 && await store.GetStreamAsync(name, cancellationToken) is not null ? name : null,
        };
    }

    /// <summary>The stream to append to, which may not exist yet: a text without a colon is then the id of a run.</summary>
    /// <exception cref="RefusalException">The name is that of a branch that does not exist.</exception>
    public static StreamName Create(string text)
    {
        var name = Parse(text.Contains(':', StringComparison.Ordinal) ? text : $"run:{text}");
        CheckShows(name);
        return name.IsBranch
            ? throw new RefusalException($"There is no branch '{name.Id}'. Branches are created only by 'ledger fork'.")
            : name;
    }

    /// <summary>An id for a new run or branch, typed alone or as the name of its stream.</summary>
    public static string? NewId(string category, string? text)
    {
        if (text is null)
        {
            return null;
        }

        var prefix = $"{category}:";
        var id = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
        Parse(id);
        CheckShows(Parse(prefix + id));
        return id;
    }

    /// <summary>Parses a text as the name of a stream.</summary>
    /// <exception cref="UsageException">The text is not a valid name.</exception>
    public static StreamName Parse(string text)
    {
        try
        {
            return new StreamName(text);
        }
        catch (ArgumentException fault)
        {
            throw new UsageException(fault.Message.Split(" (Parameter", 2)[0]);
        }
    }

    // An empty variable in the caller's script would make an id that no one can see or type again.
    private static void CheckShows(StreamName name)
    {
        if (name.FaultAsNew is { } fault)
        {
            throw new UsageException($"'{name}' cannot be the name of a {name.Category}: {fault}.");
        }

        if (name.Id.Trim().Length != name.Id.Length)
        {
            throw new UsageException($"'{name.Id}' cannot be an id: it begins or ends with a space.");
        }
    }

    private static bool IsSpelledOut(string text) =>
        text.StartsWith("run:", StringComparison.Ordinal) || text.StartsWith("branch:", StringComparison.Ordinal);
}
