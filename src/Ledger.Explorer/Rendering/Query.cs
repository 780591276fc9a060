using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Rendering;

/// <summary>The query of a request; malformed values are refused with 400 and a sentence.</summary>
internal sealed class Query(IQueryCollection values, TimeProvider? timeProvider = null)
{
    private const int MaxLength = 2_000;

    /// <summary>Refuses a parameter that the address does not have.</summary>
    /// <param name="known">The names of those that it has.</param>
    public void Check(IReadOnlyCollection<string> known)
    {
        if (values.Keys.FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new BadRequestException(known.Count == 0
                ? $"This address has no parameters, but the query has '{Short(unknown)}'."
                : $"'{Short(unknown)}' is not a parameter of this address, which has: {string.Join(", ", known)}.");
        }
    }

    /// <summary>A text, or null if absent or empty.</summary>
    public string? Text(string name) => Text(name, MaxLength);

    /// <summary>A text of at most some characters, or null if absent or empty.</summary>
    public string? Text(string name, int most)
    {
        var value = values[name];
        if (value.Count > 1)
        {
            throw new BadRequestException($"The query has '{name}' {value.Count} times; it may be given once.");
        }

        var text = Checked(name, value.ToString(), most);
        return text.Length == 0 ? null : text;
    }

    /// <summary>The texts of a parameter that may be given several times; empty ones are left out.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. values[name].OfType<string>().Select(text => Checked(name, text)).Where(text => text.Length > 0)];

    /// <summary>Refuses a text that is too long, or that no log can contain.</summary>
    public static string Checked(string name, string text, int most = MaxLength)
    {
        if (text.Length > most)
        {
            throw new BadRequestException($"'{name}' has {text.Length} characters; at most {most} are allowed.");
        }

        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new BadRequestException($"'{name}' contains the character U+0000, which is not allowed in a log.")
            : text;
    }

    /// <summary>A mandatory stream name.</summary>
    public StreamName Stream(string name) => FindStream(name)
        ?? throw new BadRequestException($"The query lacks '{name}', the name of a stream such as run:abc.");

    /// <summary>A stream's name, or null.</summary>
    public StreamName? FindStream(string name) => Text(name) is { } text ? StreamNameOf(text) : null;

    /// <summary>A position, or null.</summary>
    public Position? Position(string name) => Text(name) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? new Position(value)
            : throw new BadRequestException($"'{name}' must be a whole number from 0, but was '{Short(text)}'.");

    /// <summary>A whole number within limits.</summary>
    public int Number(string name, int otherwise, int least, int most) => Text(name) is not { } text
        ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new BadRequestException($"'{name}' must be a whole number from {least} to {most}, but was '{Short(text)}'.");

    /// <summary>A time, as <see cref="TimeInput.Find"/> reads it.</summary>
    public DateTimeOffset? Time(string name) => Text(name) is not { } text
        ? null
        : TimeInput.Find(text, (timeProvider ?? TimeProvider.System).GetUtcNow())
            ?? throw new BadRequestException($"'{name}' must be a time such as 2026-11-20T10:00Z, yesterday or 2h (that long ago), but was '{Short(text)}'.");

    /// <summary>An amount of US dollars, from 0.</summary>
    public decimal? Amount(string name) => Text(name) is not { } text
        ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BadRequestException($"'{name}' must be an amount such as 0.25, but was '{Short(text)}'.");

    /// <summary>A length of time.</summary>
    public TimeSpan? Duration(string name) => Text(name) is not { } text
        ? null
        : DurationInput.Find(text)
            ?? throw new BadRequestException($"'{name}' must be a length of time such as 90s, 5m, 2h or 250ms, but was '{Short(text)}'.");

    /// <summary>One of a list of words.</summary>
    public string Choice(string name, string otherwise, params ReadOnlySpan<string> words)
    {
        var text = Text(name) ?? otherwise;
        return words.Contains(text)
            ? text
            : throw new BadRequestException($"'{name}' must be one of {string.Join(", ", words!)}, but was '{Short(text)}'.");
    }

    /// <summary>Parses a text as a stream's name.</summary>
    public static StreamName StreamNameOf(string text)
    {
        try
        {
            return new StreamName(text);
        }
        catch (ArgumentException fault)
        {
            throw new BadRequestException(fault.Message.Split(" (Parameter", 2)[0]);
        }
    }

    /// <summary>Parses a text as the name of a stream to write to; a run or branch must not have an invisible id.</summary>
    public static StreamName NewStreamNameOf(string text)
    {
        var name = StreamNameOf(text);
        return name.FaultAsNew is { } fault
            ? throw new BadRequestException($"'{DisplayText.Cut(text, 60)}' cannot be the name of a {name.Category}: {fault}.")
            : name;
    }

    private static string Short(string text) => DisplayText.Cut(text, 60);
}
