using System.Globalization;
using System.Text;

namespace Ledger;

/// <summary>The name that a stream has in the log, such as <c>run:abc-123</c>.</summary>
/// <remarks>
/// Equal when the text is, ordinally. A name has 1 to 500 characters, no control characters and no lone surrogates.
/// The default value is an empty name, which no store accepts.
/// </remarks>
public readonly record struct StreamName
{
    /// <summary>The largest number of UTF-16 characters in a name: an entry of a B-tree index has to hold it in UTF-8.</summary>
    public const int MaxLength = 500;

    private readonly string? _value;

    /// <summary>Takes a name as it stands, without adding a prefix.</summary>
    /// <exception cref="ArgumentException">The text is empty, too long, or has a character that a name cannot have.</exception>
    public StreamName(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (FaultOf(value) is { } fault)
        {
            throw new ArgumentException($"'{Printable(value)}' cannot be a stream name: {fault}.", nameof(value));
        }

        _value = value;
    }

    /// <summary>The text of the name.</summary>
    public string Value => _value ?? "";

    /// <summary>The part before the first colon, or the empty string when there is none.</summary>
    public string Category => Value.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? Value[..colon] : "";

    /// <summary>The part after the first colon, or the whole name when there is none.</summary>
    public string Id => Value[(Value.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>Whether the stream holds the events of a branch, which continue those of a parent.</summary>
    public bool IsBranch => Value.StartsWith("branch:", StringComparison.Ordinal);

    /// <summary>Why nothing may be written to a stream of this name, as the rest of a sentence; null when it may.</summary>
    /// <remarks>The id of a run or branch is not empty, neither begins nor ends with white space, which is hard to type, and has a character that can be seen.</remarks>
    public string? FaultAsNew => Value switch
    {
        _ when Value.StartsWith("run:", StringComparison.Ordinal) => FaultOfId(Value.AsSpan(4)),
        _ when IsBranch => FaultOfId(Value.AsSpan(7)),
        _ => null,
    };

    /// <summary>The stream of an agent run: <c>run:{id}</c>.</summary>
    public static StreamName Run(string id) => Checked(Of("run", id), id);

    /// <summary>The stream of a branch's own events: <c>branch:{id}</c>.</summary>
    public static StreamName Branch(string id) => Checked(Of("branch", id), id);

    /// <summary>The stream of a record store: <c>chrono:{project}</c>.</summary>
    public static StreamName Chrono(string project) => Of("chrono", project);

    /// <summary>The stream of an agent's task: <c>task:{id}</c>.</summary>
    public static StreamName Task(string id) => Of("task", id);

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static StreamName Of(string category, string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return new StreamName($"{category}:{id}");
    }

    private static StreamName Checked(StreamName name, string id) => name.FaultAsNew is { } fault
        ? throw new ArgumentException($"'{Printable(id)}' cannot be the id of a {name.Category}: {fault}.", nameof(id))
        : name;

    private static string? FaultOfId(ReadOnlySpan<char> id) =>
        id.IsEmpty ? "its id is empty"
        : char.IsWhiteSpace(id[0]) || char.IsWhiteSpace(id[^1]) ? "its id begins or ends with a space"
        : IsInvisible(id) ? "its id has no character that can be seen"
        : null;

    private static bool IsInvisible(ReadOnlySpan<char> id)
    {
        foreach (var rune in id.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format && !Rune.IsWhiteSpace(rune))
            {
                return false;
            }
        }

        return true;
    }

    private static string? FaultOf(string value)
    {
        if (value.Length == 0)
        {
            return "it is empty";
        }

        if (value.Length > MaxLength)
        {
            return $"it has {value.Length} characters, and {MaxLength} are allowed";
        }

        for (var i = 0; i < value.Length;)
        {
            if (!Rune.TryGetRuneAt(value, i, out var rune))
            {
                return $"character {i + 1} is half of a surrogate pair";
            }

            if (Rune.IsControl(rune))
            {
                return $"character {i + 1} is the control character U+{rune.Value:X4}";
            }

            i += rune.Utf16SequenceLength;
        }

        return null;
    }

    private static string Printable(string value)
    {
        var text = string.Concat(value.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c));
        return text.Length > 60 ? text[..60] + "…" : text;
    }
}
