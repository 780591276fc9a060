using System.Globalization;

namespace Ledger.Mcp.Streams;

/// <summary>The text that a person types for a run or branch with or without a place in it: <c>ID</c>, or <c>ID@N</c> for its first N events.</summary>
/// <remarks>An id may end in <c>@N</c> itself: a stream that the whole text means comes first.</remarks>
internal sealed class HistoryText
{
    private readonly string _text;
    private readonly StreamText _whole;
    private readonly StreamText? _id;
    private readonly Position? _at;

    /// <exception cref="UsageException">The text is not a valid name.</exception>
    public HistoryText(string text)
    {
        _text = text;
        _whole = new StreamText(text);
        var mark = text.LastIndexOf('@');
        if (mark > 0 && long.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at))
        {
            (_id, _at) = (new StreamText(text[..mark]), new Position(at));
        }
    }

    /// <summary>Whether it ends like one with a place.</summary>
    public bool MayNamePosition => _at is not null;

    /// <summary>The streams that it can mean.</summary>
    public IReadOnlyList<StreamName> Names => _id is null ? _whole.Names : [.. _whole.Names, .. _id.Names];

    /// <summary>What it means, of those that were found: the history, and the position if it names one.</summary>
    /// <exception cref="RefusalException">It means no stream, or both a run and a branch.</exception>
    public (Run Run, Position? At) Choose(IReadOnlyList<Run> found) =>
        TryChoose(found) is ({ } run, var at) ? (run, at) : throw _whole.NotFound();

    /// <summary>The history that it means, for what is about all of one.</summary>
    /// <exception cref="RefusalException">It means no stream, or both a run and a branch.</exception>
    /// <exception cref="UsageException">It means a part of one.</exception>
    public Run ChooseWhole(IReadOnlyList<Run> found) => Choose(found) switch
    {
        (var run, null) => run,
        (var run, { } at) => throw new UsageException($"'{_text}' means {FirstEvents(at)} of {run.StreamName}, but this is about all of it. Name '{run.StreamName}'."),
    };

    /// <summary>The first events of a history in words.</summary>
    public static string FirstEvents(Position at) => at.Value == 1 ? "the first event" : $"the first {at} events";

    /// <summary>The same, or null for no stream.</summary>
    /// <exception cref="RefusalException">It means both a run and a branch.</exception>
    public (Run? Run, Position? At) TryChoose(IReadOnlyList<Run> found) =>
        _whole.Choose(found) is { } whole ? (whole, null)
        : _id?.Choose(found) is { } run ? (run, _at)
        : (null, null);

    /// <summary>The one position that was given, in the text or by an option; null for neither.</summary>
    /// <exception cref="UsageException">Both give one.</exception>
    public static Position? One(Position? named, Position? given, string option) => (named, given) switch
    {
        ({ } at, { }) => throw new UsageException($"'@{at}' and {option} both name a position. Give one of them."),
        var (at, other) => at ?? other,
    };
}
