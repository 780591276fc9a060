namespace Ledger.Agents;

/// <summary>What an agent is shown of a world.</summary>
public sealed record WorldContextOptions
{
    /// <summary>The types of the objects that are shown, with the relations between them: default null, all.</summary>
    public IReadOnlyCollection<string>? Types { get; init; }

    /// <summary>The most characters of the text; what is beyond is counted: default 16,000, at least 200.</summary>
    public int MaxCharacters
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 200);
            field = value;
        }
    }
    = 16_000;

    /// <summary>Writes the text in place of the built-in form, such as Markdown: default null. An empty text shows nothing.</summary>
    public Func<World, string>? Text { get; init; }
}
