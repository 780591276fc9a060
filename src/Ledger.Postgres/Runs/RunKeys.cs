using Ledger.Postgres.Searching;
using Ledger.Runs;

namespace Ledger.Postgres.Runs;

/// <summary>What an index has of a run, as of an event: the letters of its name, title and error, its model and its labels.</summary>
internal static class RunKeys
{
    /// <summary>The keys of a run.</summary>
    public static short[] Of(StreamName stream, string? title, string? error, string? model, IEnumerable<string> labels)
    {
        var keys = new SearchKeys().AddText(stream.Value);
        foreach (var text in new[] { title, error })
        {
            if (text is not null)
            {
                keys.AddText(text);
            }
        }

        foreach (var label in labels)
        {
            keys.AddName(label);
        }

        return (model is null ? keys : keys.AddType(model)).ToArray();
    }

    /// <summary>The keys that runs of a query have; null where it has no condition that the index knows.</summary>
    public static short[]? Of(RunQuery query)
    {
        var keys = new SearchKeys();
        if (query.Text is { } text)
        {
            keys.AddText(text);
        }

        if (query.Model is { } model)
        {
            keys.AddType(model);
        }

        if (query.Label is { } label)
        {
            keys.AddName(label);
        }

        return keys.ToArray() is { Length: > 0 } found ? found : null;
    }
}
