using Ledger.Explorer.Failures;

namespace Ledger.Mcp.Streams;

/// <summary>Checks the names and ids that people type.</summary>
internal static class StreamIds
{
    /// <summary>The stream to append to, which may not exist yet: a text without a colon is then the id of a run.</summary>
    /// <exception cref="RefusalException">The name is that of a branch that does not exist.</exception>
    public static StreamName Create(string text)
    {
        var name = Parse(text.Contains(':', StringComparison.Ordinal) ? text : $"run:{text}");
        CheckShows(name);
        return name.IsBranch
            ? throw new RefusalException($"There is no branch '{name.Id}'. Branches are created only by 'ledger fork'.", FailureCodes.NotFound)
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
}
